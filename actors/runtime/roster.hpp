#pragma once

#include "actors/runtime/interfaces.hpp"

#include <caf/typed_actor.hpp>

#include <mutex>
#include <shared_mutex>
#include <tuple>
#include <vector>

namespace atelier {

/// Where to find the actors that there is one of. A supervisor that restarts one puts the new handle here, so
/// nobody else keeps such handles for longer than one message. Thread-safe.
class roster {
public:
    template <class Handle>
    [[nodiscard]] Handle get() const {
        const std::shared_lock lock{mutex_};
        return std::get<Handle>(handles_);
    }

    template <class Handle>
    void set(Handle handle) {
        const std::unique_lock lock{mutex_};
        std::get<Handle>(handles_) = std::move(handle);
    }

    /// The writer that all change sets of that user go through.
    [[nodiscard]] writer_actor writer_of(user_id user) const {
        const std::shared_lock lock{mutex_};
        return writers_[std::hash<user_id>{}(user) % writers_.size()];
    }

    /// `count` must be set once, before the first writer is looked up.
    void set_writer_count(std::size_t count) {
        const std::unique_lock lock{mutex_};
        writers_.resize(count);
    }

    void set_writer(std::size_t index, writer_actor writer) {
        const std::unique_lock lock{mutex_};
        writers_.at(index) = std::move(writer);
    }

    /// Forgets everybody: handles keep actors alive.
    void clear() {
        const std::unique_lock lock{mutex_};
        handles_ = {};
        writers_.clear();
    }

private:
    mutable std::shared_mutex mutex_;
    std::tuple<wallets_actor, generations_actor, payments_actor, subscriptions_actor, dispatcher_actor,
               reader_actor, sweeper_actor>
        handles_;
    std::vector<writer_actor> writers_;
};

} // namespace atelier
