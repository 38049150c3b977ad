#pragma once

#include "persistence/batch.hpp"
#include "persistence/batch_statements.hpp"
#include "persistence/committer.hpp"
#include "persistence/pg/error.hpp"
#include "persistence/writer_session.hpp"

#include <functional>
#include <unordered_map>
#include <vector>

namespace atelier {

/// Brings batches to their end: commits, or finds the guilty change sets, rejects them together with what
/// depends on them, and commits the others.
class batch_settler {
public:
    /// What it asks of the thread that it runs on. Both return false when it is time to give up.
    struct patience {
        /// Connects the session again. `in_doubt`: a batch may have been committed, so there is no deadline.
        std::function<bool(bool in_doubt)> reconnect;
        /// Sleeps before another attempt.
        std::function<bool()> pause;
    };

    batch_settler(writer_session& session, patience wait) : session_{session}, wait_{std::move(wait)} {}

    [[nodiscard]] commit_result settle(const std::vector<change_set>& sets);

private:
    using numbers = std::vector<std::size_t>;
    enum class ending : std::uint8_t { committed, refused, unavailable, unknown };

    void bring_in(numbers which);
    void split(const numbers& which);
    ending write(const batch& data);
    ending roll_back();
    bool repeat(int& repeats) const;
    void reject(std::size_t origin, verdict why);
    void reject_all(const numbers& which, verdict_kind kind);
    void drop_rejected(numbers& which);

    writer_session& session_;
    patience wait_;
    batch_statements statements_;
    std::int64_t number_ = 0; ///< of the last transaction of this run
    pg::error why_;           ///< of the last failure

    const std::vector<change_set>* sets_ = nullptr;
    commit_result result_;
    std::unordered_map<std::uint64_t, std::size_t> first_rejected_; ///< by life
};

} // namespace atelier
