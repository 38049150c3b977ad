#pragma once

#include "actors/domain/rate_limit.hpp"
#include "actors/domain/recent_map.hpp"
#include "actors/domain/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

namespace atelier {

/// How often each of many clients may try something: so often at once, and as often again in each window, a
/// little at a time (a token bucket; as GCRA it is one time for each client). Remembers a bounded number of
/// clients. Thread-safe.
class attempt_rate {
public:
    /// `limit` attempts in a `window`; 0 = as many as anybody likes. `policy` is a name of static storage.
    attempt_rate(std::string_view policy, std::int64_t limit, std::chrono::seconds window,
                 std::size_t clients_max);

    struct attempt {
        bool allowed = true;
        std::optional<rate_limit> rate; ///< what is left after it; nothing when there is no limit
    };
    /// Counts one attempt, if it is allowed.
    [[nodiscard]] attempt take(std::string_view client, instant now);

private:
    struct client_state {
        instant spent_until{}; ///< when everything that was taken will have been regained
    };

    std::string_view policy_;
    std::int64_t limit_;
    std::chrono::seconds window_;
    std::mutex mutex_;
    recent_map<client_state> clients_;
};

struct lockout_rules {
    int free_attempts = 10; ///< failures before anybody has to wait; 0 = nobody ever has to
    std::chrono::seconds first_delay{1};
    std::chrono::seconds longest_delay{15 * 60};
    std::chrono::seconds forgotten_after{60 * 60}; ///< since the last failure
};

/// Makes who guesses a secret wait, twice as long after each failure. Every attempt counts as failed until it
/// has succeeded, so that many at once count as many. Knows nothing of whether what is guessed at exists.
/// Remembers a bounded number of names. Thread-safe.
class lockout {
public:
    lockout(lockout_rules rules, std::size_t names_max);

    struct verdict {
        std::optional<std::chrono::seconds> wait; ///< none: the attempt may be made, and counts
        std::chrono::seconds next_wait{};         ///< if this one fails: how long the next one waits
        int failures = 0;                         ///< with this one
    };
    [[nodiscard]] verdict begin(std::string_view name, instant now);
    /// The secret was right.
    void succeeded(std::string_view name);

private:
    struct name_state {
        int failures = 0;
        instant last{};
        instant open_at{};
    };

    lockout_rules rules_;
    std::mutex mutex_;
    recent_map<name_state> names_;
};

} // namespace atelier
