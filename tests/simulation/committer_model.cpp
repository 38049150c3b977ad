#include "tests/simulation/committer_model.hpp"

#include <utility>

namespace atelier::test {

void committer_model::commit(std::vector<change_set> batch, std::function<void(commit_result)> done) {
    if (cut_off_)
        return;
    job next{std::move(batch), std::move(done)};
    if (!under_way_) {
        under_way_.emplace(std::move(next));
    } else if (!next_) {
        next_.emplace(std::move(next));
    } else {
        refuse(next);
        next.done(std::move(next.result));
    }
}

void committer_model::step(dice& chance, const commit_faults& faults, stamp now) {
    auto& job = *under_way_;
    switch (job.at) {
    case stage::sent:
        if (chance.chance(faults.lost)) {
            trace_(name_ + " loses its connection");
            job.at = stage::in_doubt;
        } else if (chance.chance(faults.refusal)) {
            trace_(name_ + " finds the database away");
            refuse(job);
            job.at = stage::known;
        } else {
            write(job, now);
        }
        return;
    case stage::in_doubt:
        if (!chance.chance(50)) {
            trace_(name_ + " finds that nothing was committed, and sends it again");
            job.at = stage::sent;
            return;
        }
        write(job, now);
        job.result.recovered_unknown = true;
        if (bugs_.forgets_committed)
            job.at = stage::sent;
        return;
    case stage::known:
        trace_(name_ + " answers");
        auto finished = std::exchange(under_way_, std::exchange(next_, std::nullopt));
        finished->done(std::move(finished->result));
        return;
    }
}

void committer_model::write(job& j, stamp now) {
    j.result.verdicts = tables_.commit(j.batch, now);
    j.result.transactions = 1;
    j.at = stage::known;
    std::string line = name_ + " commits:";
    for (auto& verdict : j.result.verdicts) {
        line += ' ' + std::string{to_string(verdict.kind)};
        if (bugs_.swallows_refusals)
            verdict.kind = verdict_kind::committed;
    }
    trace_(line);
}

void committer_model::refuse(job& j) {
    j.result = {};
    j.result.verdicts.assign(j.batch.size(), {verdict_kind::unavailable, ""});
}

std::vector<change_set> committer_model::cut_off(dice& chance, stamp now) {
    cut_off_ = true;
    next_.reset();
    auto left = std::exchange(under_way_, std::nullopt);
    if (!left || left->at == stage::known || !chance.chance(50))
        return {};
    if (bugs_.leaves_no_fence)
        return std::move(left->batch);
    write(*left, now);
    return {};
}

} // namespace atelier::test
