#define CAF_SUITE payments_page

#include "tests/support/payment_table.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace atelier::test;

namespace {

std::string page() {
    return R"(# What notifications do

Each notification of the gateway has one result in every state. This page is printed from the tables that the
tests check; after a change of theirs, `ATELIER_UPDATE_DOCS=1` lets `unit_domain` write it anew.

A cell names the verdict, as the archive and the metrics have it, then what goes with it:

- the reply code, unless it is 0; only a Check is ever refused;
- → **the state** from then on, when anything of the row changes;
- what is done in the same commit, and what the gateway is asked for after it;
- **alarm**: an operator has to look at it.

## Payments

By [payment.hpp](payment.hpp). T1 is the transaction that the payment knows of, in the states in which it knows
one; T2 is another. *Credit* gives the package's tokens, *hold* and *release* note the two ends of a hold, *note*
keeps a refund until it takes effect on what it gives back.

)" + payment_markdown() +
           R"(
What differs from the order in amount, currency, account or test mode never credits, in no state: `amount_mismatch`,
`currency_mismatch`, `account_mismatch` and `test_mode_mismatch` refuse a Check with the codes 12, 12, 11 and 13,
and raise an alarm otherwise.

## Subscriptions

By [subscription.hpp](subscription.hpp). T1 is the charge that began the subscription, in all states but pending;
T2 is another. *Credit* lays out a period and gives the tokens of its plan; *cancel*, *update*, *create* and
*charge* are what the gateway is asked for. Cancelled and expired are so by the user's wish; past due, rejected
and expired are looked at a day after the end of what was paid.

)" + subscription_markdown();
}

} // namespace

CAF_TEST(the page about notifications says what the tables say) {
    const auto path = source_directory() / "actors/domain/payments.md";
    const auto expected = page();
    if (std::getenv("ATELIER_UPDATE_DOCS") != nullptr)
        std::ofstream{path, std::ios::binary} << expected;
    std::ifstream in{path, std::ios::binary};
    const std::string written{std::istreambuf_iterator<char>{in}, {}};
    if (written != expected)
        CAF_ERROR("actors/domain/payments.md should be:\n" << expected);
}
