#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "actors/runtime/progress.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "persistence/audit.hpp"
#include "persistence/blobs/blob_store.hpp"
#include "persistence/pg/connection.hpp"

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

namespace atelier {

/// What an audit found, as it is stored and shown: {started_at, finished_at, violations, findings:
/// [{invariant, checked, violations, examples}]}.
[[nodiscard]] std::string audit_json(const std::vector<audit_finding>& findings, instant started_at,
                                     instant finished_at);
[[nodiscard]] std::int64_t violations_of(const std::vector<audit_finding>& findings);

/// What an audit needs.
struct auditor_context {
    pg::connect_options database; ///< for a connection of its own
    blob_store& blobs;
    const clock& time;
    std::filesystem::path var; ///< where the note for the metrics goes
};

/// Audits the books while the service runs: one audit at a time, on a thread of its own. Thread-safe.
class auditor {
public:
    explicit auditor(auditor_context context);
    ~auditor(); ///< stops
    auditor(const auditor&) = delete;
    auditor& operator=(const auditor&) = delete;

    /// Begins an audit. Errors: state_conflict while one is under way.
    [[nodiscard]] status start();
    /// Of the audit that is under way.
    [[nodiscard]] std::optional<progress::reading> under_way() const { return progress_.now(); }
    /// Ends the audit that is under way, without a result.
    void stop();

private:
    void run(instant started_at);
    [[nodiscard]] status run_on(pg::connection& database, instant started_at);

    const auditor_context context_;
    progress progress_;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> server_process_ = 0; ///< PostgreSQL's end of the connection; 0 = none
    worker_pool thread_{1, 1};
};

} // namespace atelier
