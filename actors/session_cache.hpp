#pragma once

#include "actors/credentials.hpp"
#include "actors/domain/ids.hpp"
#include "actors/domain/time.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace atelier {

/// The sessions in use, so that an authenticated request costs no query. Holds a bounded number, the least
/// recently used go first. Knows nothing of tokens without a session. Thread-safe: shards with a lock each.
class session_cache {
public:
    struct session {
        user_id user;
        instant expires_at;                   ///< unless it is used before
        instant touched_at;                   ///< when its use was last noted in the database
        instant ends_at{};                    ///< however much it is used
        std::chrono::milliseconds lifetime{}; ///< after its last use
    };
    struct hit {
        user_id user;
        std::optional<instant> touch_due; ///< for one caller a minute: note the use in the database, and this
                                          ///< as the new expiry
    };
    /// From before a session is read from or written to the database until it is put here.
    class ticket {
        friend class session_cache;
        std::uint64_t removals_ = 0;
    };

    /// At most `limit` sessions, at least one.
    explicit session_cache(std::size_t limit);

    /// The session, unless it has expired. Its use makes it last longer.
    [[nodiscard]] std::optional<hit> find(const session_digest& digest, instant now);

    [[nodiscard]] ticket begin(const session_digest& digest);
    /// Keeps a session, unless one was removed since the ticket was taken: it might have been this one, and a
    /// session that was ended must not come back.
    void insert(const session_digest& digest, const session& value, ticket since);

    /// After the row has gone.
    void remove(const session_digest& digest);
    /// After all rows of the user have gone. Looks at every entry.
    void remove_user(user_id user);

    /// When nobody knows what has ended meanwhile.
    void clear();

    [[nodiscard]] std::size_t size();

private:
    struct entry {
        session_digest digest;
        session value;
    };
    struct shard {
        std::mutex mutex;
        std::list<entry> recent; ///< the last used first
        std::unordered_map<session_digest, std::list<entry>::iterator> by_digest;
        std::uint64_t removals = 0;

        void erase(std::list<entry>::iterator which);
    };

    shard& shard_of(const session_digest& digest);

    std::vector<std::unique_ptr<shard>> shards_;
    std::size_t shard_limit_;
};

} // namespace atelier
