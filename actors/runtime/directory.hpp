#pragma once

#include "actors/domain/time.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/runtime/restart_intensity.hpp"
#include "actors/runtime/restart_log.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

namespace atelier {

/// How a family of actors lives.
struct directory_options {
    const clock& time;
    metrics& meters;
    microseconds idle_timeout; ///< a child that got no command for so long may leave memory
    std::size_t restart_limit; ///< crashes in `restart_window` before the family itself gives up
    microseconds restart_window;
    restart_log* crashes = nullptr; ///< where they are noted, if anywhere
};

/// One family of actors: id → live actor. Starts a child when the first command for it comes, lets the idle
/// ones go, forgets the crashed ones, so that the next command starts them afresh from the database.
///
/// To be part of the state of a directory actor `Self`. All commands for a child pass through its directory,
/// in order; that is why a child that says "idle" to the directory's question can be dropped, unless a
/// command was passed on after the question.
template <class Self, class Key, class Child>
class directory {
public:
    using start_child = std::function<Child(Self*, const Key&)>; ///< spawns it, monitored

    directory(Self* self, std::string kind, directory_options options, start_child start)
        : self_{self}, kind_{std::move(kind)}, options_{options}, start_{std::move(start)},
          intensity_{options.restart_limit, options.restart_window} {
        self_->set_down_handler([this](caf::down_msg& down) { lost(down); });
        self_->set_exit_handler([this](caf::exit_msg& exit) {
            stop_children();
            self_->quit(exit.reason);
        });
    }

    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    /// Children never outlive their directory, however it ends.
    ~directory() { stop_children(); }

    /// The child that handles commands for `key`; started if it is not there.
    const Child& child(const Key& key) {
        auto [place, fresh] = live_.try_emplace(key);
        auto& e = place->second;
        if (fresh) {
            e.handle = start_(self_, key);
            keys_.emplace(caf::actor_cast<caf::actor_addr>(e.handle).id(), key);
        }
        e.last_used = options_.time.now();
        e.asked = false;
        return e.handle;
    }

    [[nodiscard]] bool alive(const Key& key) const { return live_.contains(key); }

    /// Called on every tick: asks some of the idle children whether they can go. One round over all of them
    /// takes several ticks, so that a large family does not stop for it.
    void sweep() {
        const auto now = options_.time.now();
        const auto buckets = live_.bucket_count();
        const auto share = buckets / sweeps_per_round + 1;
        for (std::size_t n = 0; n < std::min(share, buckets); ++n) {
            cursor_ = (cursor_ + 1) % buckets;
            for (auto e = live_.begin(cursor_); e != live_.end(cursor_); ++e)
                if (!e->second.asked && e->second.last_used + options_.idle_timeout <= now)
                    ask(e->first, e->second);
        }
    }

    /// The time between two ticks.
    [[nodiscard]] std::chrono::milliseconds sweep_interval() const {
        return std::max(std::chrono::milliseconds{10}, std::chrono::duration_cast<std::chrono::milliseconds>(
                                                           options_.idle_timeout / (2 * sweeps_per_round)));
    }

    [[nodiscard]] children_report report(std::size_t limit) const {
        children_report r;
        r.live = live_.size();
        const auto now = options_.time.now();
        for (const auto& [key, e] : live_) {
            if (r.children.size() == limit)
                break;
            const auto idle = std::chrono::duration_cast<std::chrono::seconds>(now - e.last_used);
            r.children.emplace_back(text(key), idle.count());
        }
        return r;
    }

    /// Ends all children; they handle what is already in their mailboxes first.
    void stop_children() {
        for (const auto& [key, e] : live_)
            caf::anon_send_exit(e.handle, caf::exit_reason::user_shutdown);
        live_.clear();
        keys_.clear();
    }

    /// Called with the key of each child that crashed, after it was forgotten.
    std::function<void(const Key&)> on_crash;

private:
    static constexpr int sweeps_per_round = 16;

    struct entry {
        Child handle;
        instant last_used;
        bool asked = false; ///< whether it may go; a new command withdraws the question
    };

    static std::string text(const std::string& key) { return key; }
    template <class Tag>
    static std::string text(id<Tag> key) {
        return std::to_string(key.value);
    }

    void ask(const Key& key, entry& e) {
        e.asked = true;
        self_->request(e.handle, caf::infinite, retire{})
            .then(
                [this, key](retired answer) {
                    const auto place = live_.find(key);
                    if (place == live_.end() || !std::exchange(place->second.asked, false) || !answer.idle)
                        return;
                    forget(place->second.handle);
                    self_->send_exit(place->second.handle, caf::exit_reason::user_shutdown);
                    live_.erase(place);
                },
                [](const caf::error&) { /* it is gone: the down message says so */ });
    }

    void forget(const Child& handle) { keys_.erase(caf::actor_cast<caf::actor_addr>(handle).id()); }

    void lost(const caf::down_msg& down) {
        const auto known = keys_.find(down.source.id());
        if (known == keys_.end())
            return;
        const auto key = known->second;
        keys_.erase(known);
        live_.erase(key);
        if (!down.reason || down.reason == caf::exit_reason::user_shutdown)
            return;
        options_.meters.actor(kind_).restarts.Increment();
        if (options_.crashes != nullptr)
            options_.crashes->add(options_.time.now(), kind_, self_->system().render(down.reason));
        if (!intensity_.allow(options_.time.now())) {
            stop_children();
            self_->quit(caf::exit_reason::unhandled_exception);
            return;
        }
        if (on_crash)
            on_crash(key);
    }

    Self* self_;
    std::string kind_;
    directory_options options_;
    start_child start_;
    restart_intensity intensity_;
    std::unordered_map<Key, entry> live_;
    std::unordered_map<caf::actor_id, Key> keys_;
    std::size_t cursor_ = 0;
};

} // namespace atelier
