#pragma once

#include "persistence/pg/connection.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace atelier {

/// The one connection that a writer of this name has at any time, in any process: it holds the session
/// advisory lock of the name. Whoever holds it knows that no former connection of the writer can commit any
/// more.
class writer_session {
public:
    /// `grace`: how long a former connection of this run may go on with what it does before the server is
    /// asked to end it.
    /// `prove_references`: skip the foreign keys' triggers where that is possible (trigger_bypass.hpp).
    writer_session(pg::connect_options options, std::string writer, std::chrono::milliseconds grace,
                   bool prove_references);

    /// Connects and waits for the lock as long as `go_on()`; asks it at least four times a second. On the
    /// first success this run of the writer gets its epoch, which later connections keep.
    [[nodiscard]] status open(const std::function<bool()>& go_on);

    [[nodiscard]] bool ok() const { return database_ && database_->ok(); }
    /// Ends the connection; `open` makes a new one.
    void drop() { database_.reset(); }
    /// Only after a successful `open`; the connection may be lost meanwhile.
    [[nodiscard]] pg::connection& database() { return *database_; }
    [[nodiscard]] const std::string& writer() const { return writer_; }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }

    /// Whether this connection skips the foreign keys' triggers, so that every batch must prove its
    /// references.
    [[nodiscard]] bool proves_references() const { return unproven_.empty(); }
    /// Why it does not.
    [[nodiscard]] const std::string& unproven() const { return unproven_; }

    /// Whether that batch of this run was committed. Certain, because no former connection lives.
    [[nodiscard]] outcome<bool> is_committed(std::int64_t batch);

private:
    status take_lock(pg::connection& database, const std::function<bool()>& go_on);
    status take_epoch(pg::connection& database);
    status choose_references(pg::connection& database);

    pg::connect_options options_;
    std::string writer_;
    std::chrono::milliseconds grace_;
    bool prove_references_;
    std::string unproven_ = "not connected yet";
    std::int64_t epoch_ = 0;
    std::optional<pg::connection> database_;
};

} // namespace atelier
