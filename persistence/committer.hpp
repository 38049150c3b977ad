#pragma once

#include "actors/domain/change_set.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// What became of one change set.
enum class verdict_kind : std::uint8_t {
    committed, ///< durable
    guard, ///< the database holds other values than the change set was decided on: reload and decide again
    superseded,    ///< an earlier change set of its life was rejected: decide again
    duplicate_key, ///< the idempotency key, or another unique key, is already there
    invalid,       ///< it breaks a constraint: repeating it will not help
    unavailable,   ///< nothing was written, and nothing will be: the database could not take it; may be
                   ///< repeated
    unknown,       ///< only when stopped while the database was away: it may or may not have been committed
};
[[nodiscard]] std::string_view to_string(verdict_kind kind);

struct verdict {
    verdict_kind kind = verdict_kind::committed;
    std::string detail; ///< for logs; no column values

    [[nodiscard]] bool committed() const { return kind == verdict_kind::committed; }
};

/// What became of a batch.
struct commit_result {
    std::vector<verdict> verdicts;  ///< one for each change set, in order
    microseconds commit_time{};     ///< from taking the batch up to knowing
    std::size_t rows = 0;           ///< rows inserted or updated
    std::size_t webhooks = 0;       ///< queued, as far as is known
    std::size_t transactions = 0;   ///< more than one when something had to be rejected or repeated
    bool recovered_unknown = false; ///< the connection broke, and the answer was found out afterwards
};

/// Makes change sets durable. All change sets of a batch share one transaction. When one of them is rejected,
/// so are the later ones of the same life in that batch, with `superseded`; the others commit.
class committer {
public:
    virtual ~committer() = default;

    /// Takes a batch; `done` is called exactly once, from the committer's own thread, and must not block or
    /// throw. The caller hands over the next batch only after that (also from within `done`). A batch that
    /// may have been committed is answered only when that is known, however long it takes.
    virtual void commit(std::vector<change_set> batch, std::function<void(commit_result)> done) = 0;

    /// Whether the last attempt to reach the database succeeded. Thread-safe.
    [[nodiscard]] virtual bool healthy() const = 0;

    /// Finishes the batch under way, then ends. Waits for a lost database a limited time only. Batches that
    /// come later are answered `unavailable` from the caller's thread. Not to be called from within `done`.
    virtual void stop() = 0;
};

} // namespace atelier
