#pragma once

#include "actors/domain/outcome.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace atelier {

/// What an actor has to do about one thing in the database, in turns: the next piece of work starts when the
/// last one has said `end`, however many messages that took, and not before the thing has been read. Part of
/// an actor's state.
class turns {
public:
    /// Is told why the thing could not be read, if so; then it must not wait any more, nor say `end`.
    using work = std::function<void(const status& loaded)>;
    using loaded = std::function<void(const status&)>;
    /// Reads the thing, and then calls back, in the actor.
    using load = std::function<void(loaded)>;

    explicit turns(std::size_t limit) : limit_{limit} {}

    void start(load read) { load_ = std::move(read); }

    [[nodiscard]] bool full() const { return waiting_.size() >= limit_; }
    [[nodiscard]] bool idle() const { return waiting_.empty() && !busy_; }

    void add(work last) {
        waiting_.push_back(std::move(last));
        next();
    }
    /// Only within a turn: what comes right after it.
    void add_next(work first) { waiting_.push_front(std::move(first)); }
    /// The turn is over.
    void end() {
        busy_ = false;
        next();
    }
    /// What was read is out of date: it is read again before the next turn.
    void forget() { loaded_ = false; }

private:
    void next() {
        while (!busy_ && !waiting_.empty()) {
            busy_ = true;
            if (!loaded_) {
                load_([this](const status& result) { on_loaded(result); });
                return;
            }
            const auto now = std::move(waiting_.front());
            waiting_.pop_front();
            now(done{});
        }
    }

    void on_loaded(const status& result) {
        busy_ = false;
        loaded_ = result.has_value();
        if (!result)
            for (const auto& refused : std::exchange(waiting_, {}))
                refused(result);
        next();
    }

    const std::size_t limit_;
    load load_;
    std::deque<work> waiting_;
    bool busy_ = false;
    bool loaded_ = false;
};

} // namespace atelier
