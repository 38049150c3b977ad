#include "actors/gateways/sandbox/message_text.hpp"
#include "actors/gateways/sandbox/terminal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atelier::sandbox {
namespace {

constexpr std::int32_t failures_max = 3;     ///< in a row
constexpr std::int32_t period_max = 366;     ///< "the longest pause between charges is a year"
constexpr std::chrono::days longest_hold{7}; ///< of money that nobody confirms

constexpr std::string_view hex = "0123456789abcdef";

failure unknown_subscription() {
    return {errc::not_found, "Not found"};
}

/// A year is the longest pause between two charges.
bool fits(interval unit, std::int32_t period) {
    const std::int32_t days = unit == interval::month ? 30 : unit == interval::week ? 7 : 1;
    return period >= 1 && period <= period_max / days;
}

void end(subscription& s, subscription_status how) {
    s.status = how;
    s.next.reset();
    s.due.reset();
}

/// What the charge of a subscription is for.
order order_of(const subscription& s) {
    order what;
    what.amount_cents = s.amount_cents;
    what.currency = s.currency;
    what.account_id = s.account_id;
    what.email = s.email;
    what.description = s.description;
    what.receipt = s.receipt;
    what.two_stage = s.two_stage;
    return what;
}

} // namespace

std::string_view to_string(subscription_status status) {
    constexpr std::array<std::string_view, 5> names{"Active", "PastDue", "Expired", "Cancelled", "Rejected"};
    return names.at(static_cast<std::size_t>(status));
}

void terminal::begin_subscription(transaction& payment) {
    const auto& wanted = *payment.what.recurrent;
    subscription made;
    made.id = "sc_" + random_text(hex, 29);
    made.account_id = payment.what.account_id;
    made.token = payment.token;
    made.email = payment.what.email;
    made.description = payment.what.description;
    made.currency = payment.what.currency;
    made.receipt = payment.what.receipt;
    made.amount_cents = wanted.amount_cents.value_or(payment.what.amount_cents);
    made.two_stage = payment.what.two_stage;
    made.unit = wanted.unit;
    made.period = wanted.period;
    made.max_periods = wanted.max_periods;
    made.start = wanted.start.value_or(next_charge(payment.created, made.unit, made.period));
    made.next = made.start;
    made.due = made.start;
    payment.subscription_id = made.id;
    keep(made);
}

outcome<subscription> terminal::subscribe(const subscription_order& wanted, instant now) {
    if (find_token(wanted.token, wanted.account_id) == nullptr)
        return failure{errc::not_found, "The account has no such card token"};
    if (!wanted.amount_cents || *wanted.amount_cents <= 0)
        return failure{errc::validation_failed, "Amount must be greater than 0"};
    if (!wanted.unit || !wanted.period || !fits(*wanted.unit, *wanted.period))
        return failure{errc::validation_failed, "Interval and Period must be given, and not exceed a year"};
    if (!wanted.start || *wanted.start <= now)
        return failure{errc::validation_failed, "StartDate must be in the future"};
    subscription made;
    made.id = "sc_" + random_text(hex, 29);
    made.account_id = wanted.account_id;
    made.token = wanted.token;
    made.email = wanted.email.value_or("");
    made.description = wanted.description.value_or("");
    made.currency = wanted.currency.value_or("RUB");
    made.receipt = wanted.receipt.value_or("");
    made.amount_cents = *wanted.amount_cents;
    made.two_stage = wanted.two_stage.value_or(false);
    made.unit = *wanted.unit;
    made.period = *wanted.period;
    made.max_periods = wanted.max_periods;
    made.start = *wanted.start;
    made.next = made.start;
    made.due = made.start;
    keep(made);
    return made;
}

outcome<subscription> terminal::change(const std::string& id, const subscription_order& wanted, instant now) {
    const auto* known = find_subscription(id);
    if (known == nullptr)
        return unknown_subscription();
    if (wanted.start && *wanted.start <= now)
        return failure{errc::validation_failed, "StartDate must be in the future"};
    if (wanted.amount_cents && *wanted.amount_cents <= 0)
        return failure{errc::validation_failed, "Amount must be greater than 0"};
    auto s = *known;
    const auto unit = wanted.unit.value_or(s.unit);
    const auto period = wanted.period.value_or(s.period);
    if (!fits(unit, period))
        return failure{errc::validation_failed, "Interval and Period must not exceed a year"};
    const bool other_rhythm = unit != s.unit || period != s.period;
    s.unit = unit;
    s.period = period;
    s.email = wanted.email.value_or(s.email);
    s.description = wanted.description.value_or(s.description);
    s.currency = wanted.currency.value_or(s.currency);
    s.receipt = wanted.receipt.value_or(s.receipt);
    s.amount_cents = wanted.amount_cents.value_or(s.amount_cents);
    s.two_stage = wanted.two_stage.value_or(s.two_stage);
    if (wanted.max_periods)
        s.max_periods = s.succeeded + *wanted.max_periods;
    if (wanted.start)
        s.start = *wanted.start;
    if (wanted.start || other_rhythm || !s.next) {
        s.due = wanted.start ? *wanted.start : next_charge(s.last.value_or(now), unit, period);
        if (*s.due <= now)
            s.due = next_charge(now, unit, period);
        s.next = s.due;
    }
    s.status = subscription_status::active;
    s.failed = 0;
    keep(s);
    return s;
}

outcome<subscription> terminal::unsubscribe(const std::string& id) {
    const auto* known = find_subscription(id);
    if (known == nullptr)
        return unknown_subscription();
    auto s = *known;
    if (!s.open())
        return s;
    end(s, subscription_status::cancelled);
    tell(s);
    keep(s);
    return s;
}

const subscription* terminal::find_subscription(const std::string& id) const {
    const auto found = subscriptions_.find(id);
    return found == subscriptions_.end() ? nullptr : &found->second;
}

std::vector<subscription> terminal::subscriptions_of(std::string_view account_id) const {
    std::vector<subscription> found;
    for (const auto& [id, each] : subscriptions_)
        if (each.account_id == account_id)
            found.push_back(each);
    std::ranges::sort(found, {}, &subscription::start);
    return found;
}

std::optional<instant> terminal::next_due() const {
    std::optional<instant> first;
    const auto consider = [&first](instant at) { first = first ? std::min(*first, at) : at; };
    for (const auto& [id, each] : subscriptions_)
        if (each.open() && each.next)
            consider(*each.next);
    for (const auto id : held_)
        consider(transactions_.at(id).created + longest_hold);
    return first;
}

void terminal::run_due(instant now) {
    // In the order of time, as if somebody had watched all along.
    for (auto due = next_due(); due && *due <= now; due = next_due()) {
        const auto held = held_;
        for (const auto id : held)
            if (transactions_.at(id).created + longest_hold <= *due)
                static_cast<void>(cancel(id)); // it is authorized, or it would not be held
        for (auto& [id, each] : subscriptions_)
            if (each.open() && each.next && *each.next <= *due)
                charge(each);
    }
}

void terminal::charge(subscription& due) {
    const auto at = *due.next;
    token_order wanted;
    wanted.what = order_of(due);
    wanted.token = due.token;
    auto payment = open(std::move(wanted), at).value(); // its token was checked, and tokens stay
    payment.subscription_id = due.id;
    ask_bank(payment, at);
    keep(payment);
    settle(due, payment.paid(), at);
}

void terminal::settle(subscription& charged, bool paid, instant at) {
    auto s = charged;
    const auto before = s.status;
    if (paid) {
        ++s.succeeded;
        s.failed = 0;
        s.last = at;
        s.status = subscription_status::active;
        s.due = next_charge(*s.due, s.unit, s.period);
        if (*s.due <= at) // it was charged late
            s.due = next_charge(at, s.unit, s.period);
        s.next = s.due;
        if (s.max_periods && s.succeeded >= *s.max_periods)
            end(s, subscription_status::expired);
    } else if (++s.failed >= failures_max) {
        end(s, subscription_status::rejected);
    } else {
        s.status = subscription_status::past_due;
        s.next = at + day_;
    }
    if (s.status != before)
        tell(s);
    keep(s);
}

instant terminal::next_charge(instant from, interval unit, std::int32_t period) const {
    const auto whole = later(from, unit, period) - from;
    constexpr microseconds real_day = std::chrono::days{1};
    if (day_ == real_day)
        return from + whole;
    return from + microseconds{static_cast<std::int64_t>(static_cast<double>(whole.count()) *
                                                         static_cast<double>(day_.count()) /
                                                         static_cast<double>(real_day.count()))};
}

void terminal::keep(const subscription& changed) {
    subscriptions_[changed.id] = changed;
    changed_.subscriptions.push_back(changed);
}

void terminal::tell(const subscription& about) {
    changed_.messages.push_back(make_message(about));
}

} // namespace atelier::sandbox
