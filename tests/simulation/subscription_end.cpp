#include "tests/simulation/business_day_stories.hpp"
#include "tests/simulation/process.hpp"

#include <algorithm>

/// What a day has come to for subscriptions.
namespace atelier::test {
namespace {

std::string seconds_of(instant at) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count());
}

std::string text_of(const billing_period& period) {
    return " from " + seconds_of(period.start) + " to " + seconds_of(period.end);
}

/// Of two transactions for one order the first wins that is heard of; so they have the order's name here.
std::string name_of(const subscription_charge& charge) {
    return charge.invoice_id.empty() ? charge.transaction_id : charge.invoice_id;
}

std::string text_of(const database& tables, const subscription_charge& charge) {
    auto text = "  " + name_of(charge) + ' ' + std::string{to_string(charge.kind)} + ' ' +
                std::to_string(charge.amount_cents) + " plan " + std::to_string(charge.plan.value) +
                text_of(charge.period) + " given back " + std::to_string(charge.refunded_cents);
    if (const auto lot = tables.lots.find(charge.lot); lot != tables.lots.end())
        text += " lot " + std::to_string(lot->second.remaining);
    return text + '\n';
}

/// Without what was counted last, which depends on whether the gateway was asked or told; and without a name,
/// as above.
std::string text_of(const subscription_at_gateway& there, const gateway_model& gateway) {
    std::string text = "  at the gateway";
    text += there.unwanted ? " unwanted" : "";
    text += there.began_at ? " since " + seconds_of(*there.began_at) : "";
    text += there.terms ? " for " + std::to_string(there.terms->price_cents) : "";
    text += has_ended(there.standing) ? " ended" : " goes on";
    text += gateway.goes_on(there.id) ? ", goes on\n" : ", has ended\n";
    return text;
}

std::string text_of(const subscription_record& row) {
    auto text = "subscription of user " + std::to_string(row.user.value) + ' ' +
                std::string{to_string(row.status)} + " plan " + std::to_string(row.plan.value);
    text += row.scheduled_plan ? " then " + std::to_string(row.scheduled_plan->value) : "";
    text += row.period ? text_of(*row.period) : "";
    text += row.cancelled_at ? " cancelled " + seconds_of(*row.cancelled_at) : "";
    text += row.card_known ? " with a card" : "";
    return text + '\n';
}

} // namespace

std::string describe_subscriptions(const database& tables, const gateway_model& gateway) {
    std::string text;
    for (const auto& [user, book] : tables.subscriptions.books) {
        text += text_of(book.row);
        std::vector<std::string> lines;
        for (const auto& charge : book.charges)
            lines.push_back(text_of(tables, charge));
        for (const auto& there : book.gateways)
            lines.push_back(text_of(there, gateway));
        for (const auto& order : book.orders)
            lines.push_back("  " + order.invoice_id + (order.transaction_id.empty() ? " not paid" : " paid") +
                            (order.declined ? ", declined\n" : "\n"));
        for (const auto& agreed : book.terms)
            lines.push_back("  plan " + std::to_string(agreed.terms.plan.value) + " since " +
                            seconds_of(agreed.from) + '\n');
        std::ranges::sort(lines);
        for (const auto& line : lines)
            text += line;
    }
    return text + "made at the gateway: " + std::to_string(gateway.created()) + '\n';
}

/// Periods only ever move their lots' ends further away: what comes out of order may live longer.
std::vector<std::string> audit_subscription_lots(const database& tables, bool orderly) {
    std::vector<std::string> complaints;
    for (const auto& [user, book] : tables.subscriptions.books)
        for (const auto& charge : book.charges) {
            const auto found = tables.lots.find(charge.lot);
            if (found == tables.lots.end() || found->second.remaining == 0)
                continue; // nobody needs it any more
            const auto& lot = found->second;
            const auto due = std::max(charge.period.end, lot.purchased_at) + process::subscription_grace;
            if (lot.expires_at < due || (orderly && lot.expires_at > due))
                complaints.push_back("the tokens of " + name_of(charge) + " live until " +
                                     seconds_of(lot.expires_at) + " instead of " + seconds_of(due));
        }
    return complaints;
}

} // namespace atelier::test
