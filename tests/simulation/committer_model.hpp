#pragma once

#include "persistence/committer.hpp"
#include "tests/simulation/database.hpp"
#include "tests/simulation/dice.hpp"

#include <functional>
#include <optional>
#include <string>

namespace atelier::test {

/// What may go wrong on the way to the database, in percent of the chances to do so.
struct commit_faults {
    int refusal = 0; ///< the database cannot take the batch
    int lost = 0;    ///< the connection breaks, and nobody knows what the old server process still does
};

/// Bugs that a committer may be told to have.
struct committer_bugs {
    bool forgets_committed = false; ///< repeats a batch in doubt without looking whether it is there
    bool swallows_refusals = false; ///< says "committed" for all change sets of a batch
    bool leaves_no_fence = false;   ///< a batch of a dead process may still commit while the next one works
};

/// The committer of one writer on the model of the database. A batch goes through its stages when the
/// scheduler says so, one at a time; anything can happen in between.
class committer_model final : public committer {
public:
    using tracer = std::function<void(const std::string&)>;

    committer_model(database& tables, std::string name, committer_bugs bugs, tracer trace)
        : tables_{tables}, name_{std::move(name)}, bugs_{bugs}, trace_{std::move(trace)} {}

    void commit(std::vector<change_set> batch, std::function<void(commit_result)> done) override;
    [[nodiscard]] bool healthy() const override { return true; }
    void stop() override {}

    /// Whether there is something to go on with.
    [[nodiscard]] bool busy() const { return under_way_.has_value(); }
    /// Goes on by one stage.
    void step(dice& chance, const commit_faults& faults, stamp now);

    /// The process has died: nobody is answered any more, and what was sent to the database may or may not
    /// commit: at once, because the next process waits for that. What is left to commit with
    /// `leaves_no_fence`.
    std::vector<change_set> cut_off(dice& chance, stamp now);

private:
    enum class stage : std::uint8_t {
        sent,     ///< with the server
        in_doubt, ///< the connection is lost; the old server process may still commit
        known,    ///< the verdicts are there
    };
    struct job {
        std::vector<change_set> batch;
        std::function<void(commit_result)> done;
        stage at = stage::sent;
        commit_result result;

        job(std::vector<change_set> b, std::function<void(commit_result)> d)
            : batch{std::move(b)}, done{std::move(d)} {}
    };

    void write(job& j, stamp now);
    static void refuse(job& j);

    database& tables_;
    std::string name_;
    committer_bugs bugs_;
    tracer trace_;
    bool cut_off_ = false;
    std::optional<job> under_way_;
    std::optional<job>
        next_; ///< handed over before the last one was answered, as by a writer that was restarted
};

} // namespace atelier::test
