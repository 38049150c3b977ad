#pragma once

#include "persistence/committer.hpp"

#include <initializer_list>
#include <stdexcept>
#include <utility>
#include <vector>

namespace atelier::test {

/// A committer that keeps each batch until the test says what becomes of it. For one thread.
class fake_committer final : public committer {
public:
    void commit(std::vector<change_set> batch, std::function<void(commit_result)> done) override {
        batches.push_back(std::move(batch));
        done_ = std::move(done);
    }
    [[nodiscard]] bool healthy() const override { return true; }
    void stop() override {}

    /// Whether a batch waits for its fate.
    [[nodiscard]] bool busy() const { return done_ != nullptr; }
    [[nodiscard]] const std::vector<change_set>& last() const { return batches.back(); }

    /// The fate of each change set of the batch under way; those not named are committed.
    void finish(std::initializer_list<verdict_kind> kinds = {}) {
        if (!busy())
            throw std::logic_error{"no batch waits for its fate"};
        commit_result result;
        for (const auto kind : kinds)
            result.verdicts.push_back({kind, ""});
        result.verdicts.resize(batches.back().size());
        result.transactions = 1;
        result.webhooks = webhooks;
        std::exchange(done_, nullptr)(std::move(result));
    }

    std::vector<std::vector<change_set>> batches; ///< all that ever came, the one under way last
    std::size_t webhooks = 0;                     ///< that each batch has queued

private:
    std::function<void(commit_result)> done_;
};

} // namespace atelier::test
