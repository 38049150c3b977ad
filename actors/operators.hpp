#pragma once

#include "actors/credentials.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/recent_map.hpp"
#include "actors/domain/time.hpp"
#include "persistence/connection_pool.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace atelier {

/// Who may operate the service. Callbacks are called exactly once, on a thread of the pool or, when nothing
/// has to be looked up, on the caller's before the call returns; they must not throw or block. Thread-safe.
class operators {
public:
    /// What is used; it must outlive this object, and the pool must have been stopped before.
    operators(connection_pool& pool, const clock& time);

    /// The name of the operator whose token this is; `unauthenticated`, `overloaded`, `unavailable`. Asked of
    /// the database each time, so that a token dies at once; while there is no database, a token that was
    /// valid within the last hour is: that is when operators have to see what is going on.
    void authenticate(std::string_view token, const std::function<void(outcome<std::string>)>& answer);

private:
    struct seen {
        std::string name;
        instant until{};
    };

    outcome<std::string> look_up(pg::connection& database, const std::string& digest);
    outcome<std::string> remembered(const std::string& digest, failure why);

    connection_pool& pool_;
    const clock& clock_;
    std::mutex mutex_;
    recent_map<seen> seen_; ///< by digest
};

} // namespace atelier
