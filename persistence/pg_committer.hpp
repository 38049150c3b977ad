#pragma once

#include "persistence/committer.hpp"
#include "persistence/pg/connection.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace atelier {

struct pg_committer_options {
    pg::connect_options database;
    /// Name of this writer, unique among all writers on this database at any time: it owns an advisory lock.
    std::string writer;
    /// Whether to prove the references of a batch instead of letting the foreign keys' triggers check them
    /// row by row. Where the database does not permit that, the triggers do it.
    bool prove_references = true;
    /// How long a batch waits for a database that is away before it is refused as `unavailable`; a batch that
    /// was already sent waits as long as it takes.
    std::chrono::milliseconds patience{10'000};
    /// How long a former connection may hold the lock before the server is asked to end it: long enough to
    /// finish a commit, and not for ever when the network between us and it has gone.
    std::chrono::milliseconds former_grace{5'000};
    /// How long `stop` goes on trying to find out what became of a batch.
    std::chrono::milliseconds stop_patience{5'000};
};

/// The committer on PostgreSQL: one thread, one connection, one transaction for each batch.
///
/// It holds the session advisory lock of its name. After every lost connection the new one first waits for
/// that lock (the old server process holds it as long as it lives and could still commit), then looks up in
/// writer_positions whether the batch is there, and only then answers or repeats it.
class pg_committer final : public committer {
public:
    /// Starts the thread, which connects by itself; the database need not be there yet.
    explicit pg_committer(pg_committer_options options);
    ~pg_committer() override; ///< stops

    void commit(std::vector<change_set> batch, std::function<void(commit_result)> done) override;
    [[nodiscard]] bool healthy() const override;
    void stop() override;

    /// Why `healthy` is false, for people. Thread-safe.
    [[nodiscard]] std::string problem() const;
    /// Why references are checked by triggers, for people; "" when they are proven. Thread-safe.
    [[nodiscard]] std::string unproven() const;

private:
    class worker;
    std::unique_ptr<worker> worker_;
};

} // namespace atelier
