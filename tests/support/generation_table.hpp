#pragma once

#include "actors/domain/generation.hpp"

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

/// What each event does to a generation in each phase: one definition, which the tests check and the
/// documentation prints.
namespace atelier::test {

using event = generation_event;
using action = generation_action;
using phase = generation_phase;

inline constexpr std::array phases{phase::waiting, phase::starting,  phase::running, phase::pausing,
                                   phase::storing, phase::finishing, phase::failing, phase::final};
inline constexpr std::array events{event::slot_granted,  event::started,         event::engine_delivered,
                                   event::engine_failed, event::engine_stumbled, event::pause_over,
                                   event::stored,        event::store_failed,    event::committed,
                                   event::cancel,        event::deadline};

/// A machine that was led into `wanted` and has `attempts` for the whole job.
inline generation in(phase wanted, std::int32_t attempts) {
    generation machine{attempts};
    const auto lead = [&](std::initializer_list<event> through) {
        for (const auto e : through)
            (void)machine.on(e);
    };
    switch (wanted) {
    case phase::waiting:
        break;
    case phase::starting:
        lead({event::slot_granted});
        break;
    case phase::running:
        lead({event::slot_granted, event::started});
        break;
    case phase::pausing:
        lead({event::slot_granted, event::started, event::engine_stumbled});
        break;
    case phase::storing:
        lead({event::slot_granted, event::started, event::engine_delivered});
        break;
    case phase::finishing:
        lead({event::slot_granted, event::started, event::engine_delivered, event::stored});
        break;
    case phase::failing:
        lead({event::cancel});
        break;
    case phase::final:
        machine.close();
        break;
    }
    return machine;
}

struct transition {
    phase from;
    event what;
    action then;
    phase to;
    std::string_view error = "";
};

/// All that happens; any other event in any other phase is ignored.
inline constexpr std::array transitions{
    transition{phase::waiting, event::slot_granted, action::commit_running, phase::starting},
    transition{phase::starting, event::started, action::submit, phase::running},
    transition{phase::running, event::engine_delivered, action::store, phase::storing},
    transition{phase::running, event::engine_failed, action::fail, phase::failing, "engine_failed"},
    transition{phase::running, event::engine_stumbled, action::pause, phase::pausing},
    transition{phase::pausing, event::pause_over, action::queue, phase::waiting},
    transition{phase::storing, event::stored, action::commit_succeeded, phase::finishing},
    transition{phase::storing, event::store_failed, action::fail, phase::failing, "storage_failed"},
    transition{phase::finishing, event::committed, action::end, phase::final},
    transition{phase::failing, event::committed, action::end, phase::final, "canceled"},
    transition{phase::waiting, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::starting, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::running, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::pausing, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::storing, event::cancel, action::fail, phase::failing, "canceled"},
    transition{phase::waiting, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::starting, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::running, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::pausing, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
    transition{phase::storing, event::deadline, action::fail, phase::failing, "deadline_exceeded"},
};

inline transition expected(phase from, event what) {
    for (const auto& t : transitions)
        if (t.from == from && t.what == what)
            return t;
    return {from, what, action::none, from, from == phase::failing ? "canceled" : ""};
}

inline std::string_view to_string(generation_event what) {
    constexpr std::array<std::string_view, 11> names{
        "slot granted", "started",      "engine delivered", "engine failed", "engine stumbled", "pause over",
        "stored",       "store failed", "committed",        "cancel",        "deadline"};
    return names.at(static_cast<std::size_t>(what));
}

inline std::string_view to_string(generation_action then) {
    constexpr std::array<std::string_view, 9> names{"",      "ask for a slot", "commit running",   "submit",
                                                    "pause", "store",          "commit succeeded", "fail",
                                                    "end"};
    return names.at(static_cast<std::size_t>(then));
}

/// As a page in Markdown: a line an event, a column a phase.
inline std::string generation_page() {
    std::string text = R"(# The life of a generation

What each event does in each phase, before the last attempt; this page is printed from the table that the tests check.
After a change of it, `ATELIER_UPDATE_DOCS=1` lets `unit_domain` write it anew.

A cell names **the next phase** and what is done. An empty one: the event is too late, or comes twice, and does nothing.
`engine stumbled` in the last attempt is `engine failed`. To *fail* is to commit `failed` together with the refund, with
the error code `canceled`, `deadline_exceeded`, `engine_failed` or `storage_failed`; whatever the engine still delivers
then is thrown away.

| Event |)";
    std::string rule = "|---|";
    for (const auto from : phases) {
        text.append(" ").append(to_string(from)).append(" |");
        rule += "---|";
    }
    text += "\n" + rule + "\n";
    for (const auto what : events) {
        text.append("| ").append(to_string(what)).append(" |");
        for (const auto from : phases) {
            const auto next = expected(from, what);
            if (next.then == action::none)
                text += " |";
            else
                text.append(" **")
                    .append(to_string(next.to))
                    .append("**, ")
                    .append(to_string(next.then))
                    .append(" |");
        }
        text += "\n";
    }
    return text;
}

} // namespace atelier::test
