#include "actors/domain/generation.hpp"

#include <algorithm>
#include <array>

namespace atelier {

std::string_view to_string(generation_phase phase) {
    constexpr std::array<std::string_view, 8> names{"waiting", "starting",  "running", "pausing",
                                                    "storing", "finishing", "failing", "final"};
    return names.at(static_cast<std::size_t>(phase));
}

generation_action generation::on(generation_event event) {
    using e = generation_event;
    using p = generation_phase;
    using a = generation_action;
    if (phase_ == p::final)
        return a::none;
    if (phase_ == p::finishing || phase_ == p::failing)
        return event == e::committed ? go(p::final, a::end) : a::none;
    switch (event) {
    case e::cancel:
        return fail("canceled");
    case e::deadline:
        return fail("deadline_exceeded");
    case e::slot_granted:
        return phase_ == p::waiting ? go(p::starting, a::commit_running) : a::none;
    case e::started:
        if (phase_ != p::starting)
            return a::none;
        ++attempt_;
        return go(p::running, a::submit);
    case e::engine_delivered:
        return phase_ == p::running ? go(p::storing, a::store) : a::none;
    case e::engine_failed:
        return phase_ == p::running ? fail("engine_failed") : a::none;
    case e::engine_stumbled:
        if (phase_ != p::running)
            return a::none;
        return attempt_ < attempts_max_ ? go(p::pausing, a::pause) : fail("engine_failed");
    case e::pause_over:
        if (phase_ != p::pausing)
            return a::none;
        return go(p::waiting, a::queue);
    case e::stored:
        return phase_ == p::storing ? go(p::finishing, a::commit_succeeded) : a::none;
    case e::store_failed:
        return phase_ == p::storing ? fail("storage_failed") : a::none;
    case e::committed:
        return a::none;
    }
    return a::none;
}

generation_action generation::go(generation_phase next, generation_action action) {
    phase_ = next;
    return action;
}

generation_action generation::fail(std::string_view error) {
    error_ = error;
    return go(generation_phase::failing, generation_action::fail);
}

microseconds pause_before(std::int32_t attempt, double random) {
    constexpr double longest = 60.0;
    const double ceiling = std::min(longest, static_cast<double>(1 << std::clamp(attempt - 2, 0, 6)));
    return microseconds{static_cast<std::int64_t>(ceiling * (0.5 + 0.5 * random) * 1e6)};
}

} // namespace atelier
