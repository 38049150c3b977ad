#define CAF_SUITE bench_history

#include "bench/history.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::bench;

namespace {

const user_id ann{1};
const user_id ben{2};

/// Ann spends twice and Ben once, one after the other, out of ten tokens each.
history sound() {
    history h;
    h.replies = {{ann, transaction_id{12}, 8, 30, 40},
                 {ben, transaction_id{11}, 9, 10, 20},
                 {ann, transaction_id{10}, 9, 10, 20}};
    h.journal = {{ann, transaction_id{10}, -1}, {ben, transaction_id{11}, -1}, {ann, transaction_id{12}, -1}};
    h.wallets = {{ben, 10, 9}, {ann, 10, 8}};
    return h;
}

bool is_found(history h, const std::string& what) {
    const auto anomaly = find_anomaly(h);
    CAF_MESSAGE(anomaly.value_or("nothing"));
    return anomaly && anomaly->find(what) != std::string::npos;
}

} // namespace

CAF_TEST(a sound history passes and so does an empty one) {
    auto h = sound();
    CAF_CHECK(!find_anomaly(h));
    history none;
    CAF_CHECK(!find_anomaly(none));
}

CAF_TEST(an acknowledged spend that the journal lacks is found) {
    auto h = sound();
    h.journal.pop_back();
    CAF_CHECK(is_found(h, "not in the journal"));
}

CAF_TEST(one journal row that two replies name is found) {
    auto h = sound();
    h.replies.push_back(h.replies.front());
    CAF_CHECK(is_found(h, "or twice"));
}

CAF_TEST(a journal row that nobody was told of is found) {
    for (const std::int64_t id : {1, 11, 99}) {
        auto h = sound();
        h.journal.push_back({ann, transaction_id{id}, -1});
        CAF_CHECK(is_found(h, "never acknowledged"));
    }
}

CAF_TEST(a reply with a wrong balance is found) {
    auto h = sound();
    h.replies[0].balance = 9;
    CAF_CHECK(is_found(h, "left 8"));
}

CAF_TEST(lots that do not hold the rest are found) {
    auto h = sound();
    h.wallets[1].after = 9;
    CAF_CHECK(is_found(h, "the lots hold 9"));
}

CAF_TEST(spending more than there was is found) {
    auto h = sound();
    h.wallets[1].before = 1;
    CAF_CHECK(is_found(h, "left 0")); // balances first
    h.replies[2].balance = 0;
    h.replies[0].balance = -1;
    CAF_CHECK(is_found(h, "overspent"));
}

CAF_TEST(a spend that was answered before another was sent must have the earlier row) {
    auto h = sound();
    h.replies[0].invoked = 1;
    h.replies[0].returned = 5;
    CAF_CHECK(is_found(h, "after a later one"));
    h.replies[0].returned = 15; // under way together: either order is fine
    CAF_CHECK(!find_anomaly(h));
}

CAF_TEST(a spend of a user without a wallet is found) {
    for (const std::size_t missing : {0U, 1U}) {
        auto h = sound();
        h.wallets.erase(h.wallets.begin() + static_cast<std::ptrdiff_t>(missing));
        CAF_CHECK(is_found(h, "no such wallet"));
    }
}
