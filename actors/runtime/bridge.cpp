#include "actors/runtime/bridge.hpp"

#include <caf/send.hpp>

#include <utility>
#include <vector>

namespace atelier {

bridge::bridge(caf::actor_system& system, metrics& meters, std::chrono::milliseconds deadline,
               std::size_t limit, std::chrono::milliseconds queueing_limit)
    : meters_{meters}, deadline_{deadline}, limit_{limit, queueing_limit} {
    companion_ = system.spawn<caf::actor_companion, caf::hidden>();
    auto& companion = *caf::actor_cast<caf::actor_companion*>(companion_);
    companion.on_enqueue([this](caf::mailbox_element_ptr element) { answered(*element); });
}

bridge::~bridge() {
    close();
    auto& companion = *caf::actor_cast<caf::actor_companion*>(companion_);
    companion.on_enqueue(nullptr);
    // `actor_companion::disconnect` is declared but missing from the library.
    companion.cleanup(caf::exit_reason::user_shutdown, nullptr);
}

outcome<std::uint64_t> bridge::admit(completion complete, ask_role role) {
    if (!limit_.enter(role == ask_role::vital)) {
        meters_.admission_refusals.Increment();
        return errc::overloaded;
    }
    const auto ask = next_.fetch_add(1, std::memory_order_relaxed);
    auto& s = shard_of(ask);
    const std::lock_guard lock{s.mutex};
    if (closed_) { // under the lock: `close` empties the shard only after it has said so
        limit_.leave();
        return errc::unavailable;
    }
    s.asks.emplace(ask, pending{std::chrono::steady_clock::now() + deadline_, std::move(complete)});
    return ask;
}

void bridge::answered(caf::mailbox_element& element) {
    if (!element.mid.is_response())
        return;
    const auto answer = element.move_content_to_message();
    const bool bounced = answer.match_elements<caf::error>();
    complete(element.mid.request_id().integer_value(), bounced ? nullptr : &answer, errc::unavailable);
}

void bridge::complete(std::uint64_t ask, const caf::message* answer, errc why) {
    completion finish;
    {
        auto& s = shard_of(ask);
        const std::lock_guard lock{s.mutex};
        const auto found = s.asks.find(ask);
        if (found == s.asks.end())
            return; // its deadline was over
        finish = std::move(found->second.complete);
        s.asks.erase(found);
    }
    limit_.leave();
    finish(answer, why);
}

void bridge::sweep() {
    const auto now = std::chrono::steady_clock::now();
    for (auto& s : shards_) {
        std::vector<completion> late;
        {
            const std::lock_guard lock{s.mutex};
            std::erase_if(s.asks, [&](auto& ask) {
                if (ask.second.deadline > now)
                    return false;
                late.push_back(std::move(ask.second.complete));
                return true;
            });
        }
        limit_.leave(late.size());
        meters_.asks_timed_out.Increment(static_cast<double>(late.size()));
        for (const auto& complete : late)
            complete(nullptr, errc::deadline_exceeded);
    }
    limit_.adjust();
}

void bridge::close() {
    closed_ = true;
    for (auto& s : shards_) {
        std::unordered_map<std::uint64_t, pending> left;
        {
            const std::lock_guard lock{s.mutex};
            left = std::exchange(s.asks, {});
        }
        limit_.leave(left.size());
        for (const auto& [key, ask] : left)
            ask.complete(nullptr, errc::unavailable);
    }
}

} // namespace atelier
