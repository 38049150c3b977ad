#include "persistence/batch_settler.hpp"

#include "persistence/pinpoint.hpp"

#include <algorithm>
#include <numeric>

namespace atelier {
namespace {

/// How often a transaction that lost a deadlock is run again as it is.
constexpr int most_repeats = 5;

verdict verdict_of(const pg::error& e) {
    const auto kind = [&] {
        switch (e.kind) {
        case pg::error_kind::guard:
            return verdict_kind::guard;
        case pg::error_kind::unique_violation:
            return verdict_kind::duplicate_key;
        case pg::error_kind::serialization:
        case pg::error_kind::lock_timeout:
            return verdict_kind::unavailable;
        default:
            return verdict_kind::invalid;
        }
    }();
    return {kind, to_failure(e).detail};
}

} // namespace

commit_result batch_settler::settle(const std::vector<change_set>& sets) {
    const auto since = std::chrono::steady_clock::now();
    sets_ = &sets;
    result_ = {};
    result_.verdicts.resize(sets.size());
    first_rejected_.clear();
    numbers all(sets.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    bring_in(std::move(all));
    result_.commit_time = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - since);
    return std::move(result_);
}

void batch_settler::bring_in(numbers which) {
    int repeats = 0;
    for (drop_rejected(which); !which.empty(); drop_rejected(which)) {
        const auto [data, contradiction] = join(*sets_, which);
        if (contradiction) {
            reject(contradiction->origin, contradiction->why);
            continue;
        }
        switch (write(data)) {
        case ending::committed:
            result_.rows += data.rows();
            return;
        case ending::unavailable:
            return reject_all(which, verdict_kind::unavailable);
        case ending::unknown:
            return reject_all(which, verdict_kind::unknown);
        case ending::refused:
            break;
        }
        if (repeat(repeats))
            continue;
        const auto guilty =
            session_.ok() ? pinpoint(session_.database(), data, why_) : std::vector<rejection>{};
        if (guilty.empty())
            return split(which);
        for (const auto& [origin, why] : guilty)
            reject(origin, why);
    }
}

/// Nothing tells who is guilty: the halves are tried by themselves, in order, until the guilty one is alone.
void batch_settler::split(const numbers& which) {
    if (which.size() == 1)
        return reject(which.front(), verdict_of(why_));
    const auto middle = which.begin() + static_cast<std::ptrdiff_t>(which.size() / 2);
    bring_in({which.begin(), middle});
    bring_in({middle, which.end()});
}

batch_settler::ending batch_settler::write(const batch& data) {
    const auto number = ++number_;
    for (bool in_doubt = false;;) {
        if (!session_.ok() && !wait_.reconnect(in_doubt)) {
            why_ = {pg::error_kind::connection_lost, "", "the database is away", ""};
            return in_doubt ? ending::unknown : ending::unavailable;
        }
        if (in_doubt) {
            const auto there = session_.is_committed(number);
            if (!there && !wait_.pause())
                return ending::unknown;
            if (!there)
                continue;
            result_.recovered_unknown = true;
            if (*there)
                return ending::committed;
            in_doubt = false;
        }
        ++result_.transactions;
        const auto answer = session_.database().run(statements_.encode(
            data, {session_.writer(), session_.epoch(), number}, session_.proves_references()));
        if (!answer.failed) {
            result_.webhooks += batch_statements::count_webhooks(data, answer);
            return ending::committed;
        }
        why_ = *answer.failed;
        in_doubt = why_.kind == pg::error_kind::connection_lost;
        if (!in_doubt)
            return roll_back();
    }
}

/// After an error of the server, which ends a transaction for certain.
batch_settler::ending batch_settler::roll_back() {
    if (const auto ended = session_.database().execute("ROLLBACK"); !ended && session_.ok())
        session_.drop();
    const bool overtaxed = why_.kind == pg::error_kind::unavailable || why_.kind == pg::error_kind::timeout;
    return overtaxed ? ending::unavailable : ending::refused;
}

bool batch_settler::repeat(int& repeats) const {
    return why_.kind == pg::error_kind::serialization && ++repeats <= most_repeats && wait_.pause();
}

void batch_settler::reject(std::size_t origin, verdict why) {
    if (result_.verdicts[origin].committed())
        result_.verdicts[origin] = std::move(why);
    const auto life = (*sets_)[origin].life;
    if (life == 0)
        return;
    auto& first = first_rejected_.try_emplace(life, origin).first->second;
    first = std::min(first, origin);
}

void batch_settler::reject_all(const numbers& which, verdict_kind kind) {
    for (const auto origin : which)
        reject(origin, {kind, why_.message});
}

/// Takes out what has been rejected, and what was decided on top of that.
void batch_settler::drop_rejected(numbers& which) {
    for (const auto origin : which) {
        const auto first = first_rejected_.find((*sets_)[origin].life);
        if (first != first_rejected_.end() && origin > first->second)
            reject(origin, {verdict_kind::superseded, "an earlier change set of its life was rejected"});
    }
    std::erase_if(which, [this](std::size_t origin) { return !result_.verdicts[origin].committed(); });
}

} // namespace atelier
