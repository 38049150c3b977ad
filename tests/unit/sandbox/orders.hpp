#pragma once

#include "actors/gateways/sandbox/terminal.hpp"
#include "tests/support/seeded_random.hpp"

#include <string>
#include <vector>

/// What tests of the sandbox pay for, and how.
namespace atelier::test {

inline constexpr std::string_view plain_card = "4000 0000 0000 3055";  ///< no 3-D Secure, good
inline constexpr std::string_view asking_card = "4242 4242 4242 4242"; ///< 3-D Secure, good
inline constexpr std::string_view poor_card = "4000 0566 5566 5556";   ///< no 3-D Secure, no money
inline constexpr std::string_view fading_card = "4111 1111 1111 1111"; ///< good once, no money by token

inline const instant morning = sandbox::parse_date_time("2026-03-01 09:15:30").value();

inline sandbox::order order_of(std::string invoice) {
    sandbox::order what;
    what.invoice_id = std::move(invoice);
    what.amount_cents = 99'005;
    what.account_id = "42";
    what.email = "payer@example.com";
    what.description = "Пакет (50) & more";
    return what;
}

inline sandbox::recurrence monthly() {
    sandbox::recurrence every;
    every.unit = sandbox::interval::month;
    return every;
}

/// A terminal, and a shop that agrees to everything.
struct till {
    seeded_random random;
    sandbox::terminal terminal;

    explicit till(microseconds day = std::chrono::days{1}) : terminal{random, day} {}

    sandbox::transaction pay(const sandbox::order& what, std::string_view card = plain_card,
                             instant now = morning) {
        auto opened = terminal.open(what, sandbox::find_card(card).value(), now);
        return terminal.accept(std::move(opened), now);
    }

    /// The kinds of the notifications since the last time, in order.
    std::vector<std::string> told() {
        std::vector<std::string> kinds;
        for (const auto& each : terminal.take_changes().messages)
            kinds.push_back(each.kind);
        return kinds;
    }
};

using kinds = std::vector<std::string>;

} // namespace atelier::test
