#pragma once

#include "actors/credentials.hpp"
#include "actors/domain/principal.hpp"
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

/// The sessions and API keys in use, so that an authenticated request costs no query. Holds a bounded number,
/// the least recently used go first. Knows nothing of tokens without a session. Thread-safe: shards with a
/// lock each.
class session_cache {
public:
    struct session {
        principal who;
        instant expires_at;                   ///< unless it is used before
        instant touched_at;                   ///< when its use was last noted in the database
        instant ends_at{};                    ///< however much it is used
        std::chrono::milliseconds lifetime{}; ///< after its last use
    };
    struct hit {
        principal who;
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
    [[nodiscard]] std::optional<hit> find(const token_digest& digest, instant now);

    [[nodiscard]] ticket begin(const token_digest& digest);
    /// Keeps a session, unless one was removed since the ticket was taken: it might have been this one, and a
    /// session that was ended must not come back.
    void insert(const token_digest& digest, const session& value, ticket since);

    /// After the row has gone.
    void remove(const token_digest& digest);
    /// After all rows of the user have gone. Looks at every entry.
    void remove_user(user_id user);

    /// When nobody knows what has ended meanwhile.
    void clear();

    [[nodiscard]] std::size_t size();

private:
    struct entry {
        token_digest digest;
        session value;
    };
    struct shard {
        std::mutex mutex;
        std::list<entry> recent; ///< the last used first
        std::unordered_map<token_digest, std::list<entry>::iterator> by_digest;
        std::uint64_t removals = 0;

        void erase(std::list<entry>::iterator which);
    };

    shard& shard_of(const token_digest& digest);

    std::vector<std::unique_ptr<shard>> shards_;
    std::size_t shard_limit_;
};

} // namespace atelier
