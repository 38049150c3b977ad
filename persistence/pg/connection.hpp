#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/error.hpp"
#include "persistence/pg/params.hpp"
#include "persistence/pg/rows.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

struct pg_conn;

namespace atelier::pg {

using std::chrono::milliseconds;

/// How to reach the database, and how long to wait for what. 0 = no limit, where the server keeps the limit.
struct connect_options {
    std::string conninfo; ///< connection string or postgresql:// URL; may hold a password: never printed
    std::string application_name = "atelier";
    milliseconds connect_timeout{5'000};
    milliseconds statement_timeout{10'000};           ///< of the server
    milliseconds lock_timeout{5'000};                 ///< of the server
    milliseconds idle_in_transaction_timeout{30'000}; ///< of the server
    /// Our own limit for one answer; past it the connection counts as lost. Longer than statement_timeout.
    milliseconds answer_timeout{15'000};
    /// Plan each statement once, as one that finds its rows by their keys: a plan that was made while a table
    /// was small must not stay a scan when it has grown. For connections that do nothing else.
    bool plan_by_keys = false;
};

/// The same for work that may take its time: migrations, audits.
[[nodiscard]] connect_options without_limits(connect_options options);

/// A statement that is prepared on first use, under its own name, once for each connection. The types of its
/// parameters are those of the first `params` it is run with. Its text is `sql`, then `more`, then `end`, so
/// that several can share a beginning or an end. Statements are constants of static storage.
struct statement {
    const char* name;
    const char* sql;
    const char* more = "";
    const char* end = "";
};

/// One step of a pipeline. Both pointers outlive the call.
struct command {
    const statement* what = nullptr;
    const params* with = nullptr; ///< null = none
};

/// What a pipeline answered: the results up to the first error, and that error.
struct pipeline_result {
    std::vector<rows> results;
    std::optional<error> failed; ///< of command number `results.size()`
};

/// One connection to PostgreSQL. Not thread-safe. No call blocks longer than its deadline; after a lost
/// connection `ok()` is false for ever and every call fails with `errc::unavailable`.
class connection {
public:
    /// Connects and sets UTC, UTF-8 and the timeouts. `unavailable` with the reason when that fails. Looking
    /// up a host's name is the system's work and has the system's limits.
    [[nodiscard]] static outcome<connection> open(const connect_options& options);

    connection(connection&&) noexcept;
    connection& operator=(connection&&) noexcept;
    ~connection();

    /// Runs a prepared statement; failures as `to_failure(last_error())`.
    [[nodiscard]] outcome<rows> query(const statement& what, const params& with = params{});

    /// Runs SQL text without parameters, possibly several statements (simple protocol; results are text).
    [[nodiscard]] status execute(const std::string& sql);

    /// Runs prepared statements in one round trip. The first error stops it; later ones are not executed.
    /// Transactions are the caller's: BEGIN and COMMIT are commands like others.
    [[nodiscard]] pipeline_result run(std::span<const command> commands);

    /// Payloads of the notifications (after LISTEN) that have come, or come within `limit`; none when none
    /// do.
    [[nodiscard]] outcome<std::vector<std::string>> wait_notifications(milliseconds limit);

    /// Whether the connection was usable when last used.
    [[nodiscard]] bool ok() const;
    /// Looks at the socket without waiting: false when the server has closed it meanwhile.
    [[nodiscard]] bool alive();
    /// True between BEGIN and COMMIT or ROLLBACK, also after an error in between.
    [[nodiscard]] bool in_transaction() const;
    /// The error of the last failed call.
    [[nodiscard]] const error& last_error() const { return last_error_; }
    /// Process id of the server's end.
    [[nodiscard]] int backend_pid() const;

private:
    struct finish {
        void operator()(pg_conn* conn) const;
    };
    using deadline = std::chrono::steady_clock::time_point;

    connection(pg_conn* conn, milliseconds answer_timeout);

    bool finish_connecting(deadline until);
    bool prepare(const command& step, deadline until);
    bool send(const command& step);
    bool flush(deadline until);
    bool wait_readable(deadline until);
    pg_result* next_result(deadline until);
    std::optional<rows> collect(deadline until);
    void read_pipeline(pipeline_result& answer, deadline until);
    void note_error(const pg_result* result);
    bool lose(std::string why);
    [[nodiscard]] deadline answer_deadline() const {
        return std::chrono::steady_clock::now() + answer_timeout_;
    }

    std::unique_ptr<pg_conn, finish> conn_;
    milliseconds answer_timeout_;
    std::unordered_set<const statement*> prepared_;
    error last_error_;
};

} // namespace atelier::pg
