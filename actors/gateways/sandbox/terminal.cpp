#include "actors/gateways/sandbox/terminal.hpp"

#include "actors/gateways/sandbox/decimal.hpp"
#include "actors/gateways/sandbox/message_text.hpp"

#include <algorithm>
#include <array>

namespace atelier::sandbox {
namespace {

/// Transaction ids have ten digits and do not fit into a signed 32-bit integer, like the real ones.
constexpr std::int64_t first_transaction_id = std::int64_t{1} << 31U;
constexpr std::int64_t last_transaction_id = 9'999'999'999;
constexpr std::int64_t id_range = last_transaction_id - first_transaction_id + 1;

/// After that much time nothing can be paid back.
constexpr std::chrono::days refund_limit{365};

constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex = "0123456789abcdef";

failure unknown_payment() {
    return {errc::not_found, "Not found"};
}

failure wrong_state(const transaction& t) {
    return {errc::state_conflict, "The transaction is " + std::string{to_string(t.status)}};
}

} // namespace

std::string_view to_string(transaction_status status) {
    constexpr std::array<std::string_view, 6> names{
        "", "AwaitingAuthentication", "Authorized", "Completed", "Cancelled", "Declined"};
    return names.at(static_cast<std::size_t>(status));
}

transaction terminal::begin(order what, card paid_with, instant now) {
    transaction payment;
    payment.id = next_id(now);
    payment.what = std::move(what);
    payment.paid_with = std::move(paid_with);
    payment.created = now;
    payment.card_id = random_text(hex, 24);
    payment.rrn = random_text(digits, 12);
    return payment;
}

transaction terminal::open(order what, card paid_with, instant now) {
    return begin(std::move(what), std::move(paid_with), now);
}

outcome<transaction> terminal::open(token_order charge, instant now) {
    const auto* saved = find_token(charge.token, charge.what.account_id);
    if (saved == nullptr)
        return failure{errc::not_found, "The account has no such card token"};
    auto payment = begin(std::move(charge.what), saved->saved, now);
    payment.by_token = true;
    payment.token = saved->token;
    return payment;
}

transaction terminal::refuse(transaction payment, reason why) {
    payment.status = transaction_status::declined;
    payment.why = why;
    payment.token.clear();
    keep(payment);
    return payment;
}

transaction terminal::accept(transaction payment, instant now) {
    if (payment.paid_with.three_d_secure && !payment.by_token)
        payment.status = transaction_status::awaiting_authentication;
    else
        ask_bank(payment, now);
    keep(payment);
    return payment;
}

outcome<transaction> terminal::authenticate(std::int64_t id, bool passed, instant now) {
    const auto* known = find(id);
    if (known == nullptr)
        return unknown_payment();
    if (known->status != transaction_status::awaiting_authentication)
        return wrong_state(*known);
    auto payment = *known;
    if (passed) {
        ask_bank(payment, now);
    } else {
        payment.status = transaction_status::declined;
        payment.why = reason::authentication_failed;
        tell("fail", payment);
    }
    keep(payment);
    return payment;
}

void terminal::ask_bank(transaction& payment, instant now) {
    payment.why = payment.by_token ? payment.paid_with.by_token : payment.paid_with.answer;
    if (payment.why != reason::approved) {
        payment.status = transaction_status::declined;
        payment.token.clear();
        tell("fail", payment);
        return;
    }
    payment.auth_code = random_text(digits, 6);
    payment.authorized = now;
    payment.status = payment.what.two_stage ? transaction_status::authorized : transaction_status::completed;
    if (!payment.what.two_stage)
        payment.confirmed = now;
    if (!payment.by_token)
        save_card(payment);
    if (payment.what.recurrent && !payment.token.empty())
        begin_subscription(payment);
    tell("pay", payment);
    if (!payment.what.two_stage)
        tell_receipt(payment);
}

outcome<transaction> terminal::confirm(std::int64_t id, std::int64_t amount_cents, instant now) {
    const auto* known = find(id);
    if (known == nullptr)
        return unknown_payment();
    if (known->status != transaction_status::authorized)
        return wrong_state(*known);
    if (amount_cents <= 0 || amount_cents > known->what.amount_cents)
        return failure{errc::state_conflict, "The amount must not be more than was authorized"};
    auto payment = *known;
    payment.what.amount_cents = amount_cents;
    payment.status = transaction_status::completed;
    payment.confirmed = now;
    tell("confirm", payment);
    tell_receipt(payment);
    keep(payment);
    return payment;
}

outcome<transaction> terminal::cancel(std::int64_t id) {
    const auto* known = find(id);
    if (known == nullptr)
        return unknown_payment();
    if (known->status != transaction_status::authorized)
        return wrong_state(*known);
    auto payment = *known;
    payment.status = transaction_status::cancelled;
    tell("cancel", payment);
    keep(payment);
    return payment;
}

outcome<transaction> terminal::refund(std::int64_t id, std::int64_t amount_cents, std::string data,
                                      instant now) {
    const auto* known = find(id);
    if (known == nullptr || known->type != transaction_type::payment)
        return unknown_payment();
    if (known->status != transaction_status::completed)
        return wrong_state(*known);
    if (known->created + refund_limit < now)
        return failure{errc::state_conflict, "The payment is older than a year"};
    auto payment = *known;
    const auto left = payment.what.amount_cents - payment.refunded_cents;
    if (amount_cents <= 0 || amount_cents > left)
        return failure{errc::state_conflict, "No more than " + decimal(left) + " can be refunded"};

    auto back = begin(payment.what, payment.paid_with, now);
    back.type = transaction_type::refund;
    back.original_id = payment.id;
    back.status = transaction_status::completed;
    back.what.amount_cents = amount_cents;
    back.what.data = std::move(data);
    back.subscription_id = payment.subscription_id;
    back.authorized = now;
    back.confirmed = now;
    payment.refunded_cents += amount_cents;
    keep(payment);
    keep(back);
    tell("refund", back);
    tell_receipt(back);
    return back;
}

const transaction* terminal::find(std::int64_t id) const {
    const auto found = transactions_.find(id);
    return found == transactions_.end() ? nullptr : &found->second;
}

const transaction* terminal::find_latest(std::string_view invoice_id, bool payments_only) const {
    for (auto each = transactions_.rbegin(); each != transactions_.rend(); ++each) {
        const auto& [id, found] = *each;
        if (found.what.invoice_id == invoice_id &&
            !(payments_only && found.type != transaction_type::payment))
            return &found;
    }
    return nullptr;
}

std::vector<const transaction*> terminal::list(instant first, instant end,
                                               const std::set<transaction_status>& statuses) const {
    std::vector<const transaction*> found;
    for (const auto& [id, each] : transactions_)
        if (each.created >= first && each.created < end &&
            (statuses.empty() || statuses.contains(each.status)))
            found.push_back(&each);
    std::ranges::stable_sort(found, {}, [](const transaction* each) { return each->created; });
    return found;
}

outcome<chargeback> terminal::charge_back(std::int64_t id, instant now) {
    const auto* payment = find(id);
    if (payment == nullptr || payment->type != transaction_type::payment)
        return unknown_payment();
    if (payment->status != transaction_status::completed)
        return wrong_state(*payment);
    chargeback taken;
    taken.id = static_cast<std::int64_t>(chargebacks_.size()) + 1;
    taken.transaction_id = id;
    taken.amount_cents = payment->what.amount_cents;
    taken.currency = payment->what.currency;
    taken.created = now;
    chargebacks_.push_back(taken);
    changed_.chargebacks.push_back(taken);
    return taken;
}

std::vector<chargeback> terminal::list_chargebacks(instant first, instant end) const {
    std::vector<chargeback> found;
    std::ranges::copy_if(chargebacks_, std::back_inserter(found),
                         [&](const chargeback& each) { return each.created >= first && each.created < end; });
    return found;
}

void terminal::save_card(transaction& payment) {
    const auto& account = payment.what.account_id;
    if (account.empty())
        return;
    const auto same = [&](const auto& entry) {
        return entry.second.account_id == account && entry.second.saved == payment.paid_with;
    };
    auto known = std::ranges::find_if(tokens_, same);
    if (known == tokens_.end()) {
        card_token made;
        made.token = "tk_" + random_text(hex, 29);
        made.account_id = account;
        made.saved = payment.paid_with;
        made.created = payment.created;
        changed_.tokens.push_back(made);
        known = tokens_.emplace(made.token, std::move(made)).first;
    }
    payment.token = known->first;
}

const card_token* terminal::find_token(std::string_view token, std::string_view account_id) const {
    const auto found = tokens_.find(token);
    const bool own = found != tokens_.end() && found->second.account_id == account_id;
    return own ? &found->second : nullptr;
}

void terminal::keep(const transaction& changed) {
    transactions_[changed.id] = changed;
    if (changed.status == transaction_status::authorized)
        held_.insert(changed.id);
    else
        held_.erase(changed.id);
    changed_.transactions.push_back(changed);
}

void terminal::tell(std::string kind, const transaction& about) {
    changed_.messages.push_back(make_message(std::move(kind), about));
}

void terminal::tell_receipt(const transaction& about) {
    if (!about.what.receipt.empty())
        changed_.messages.push_back(make_receipt_message(about));
}

void terminal::restore(const changes& before) {
    for (const auto& each : before.transactions) {
        keep(each);
        last_tick_ = std::max(last_tick_, each.id - first_transaction_id);
    }
    for (const auto& each : before.tokens)
        tokens_[each.token] = each;
    for (const auto& each : before.subscriptions)
        subscriptions_[each.id] = each;
    chargebacks_.insert(chargebacks_.end(), before.chargebacks.begin(), before.chargebacks.end());
    changed_ = {};
}

std::int64_t terminal::next_id(instant now) {
    // One for each millisecond: unique over restarts without a memory, too, for the 90 days that it takes the
    // range to come round.
    const auto tick =
        std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count() % id_range;
    last_tick_ = std::max(last_tick_ + 1, tick);
    return first_transaction_id + last_tick_ % id_range;
}

std::string terminal::random_text(std::string_view alphabet, std::size_t length) {
    std::vector<std::byte> bytes(length);
    random_.fill(bytes);
    std::string text;
    for (const auto b : bytes)
        text += alphabet[std::to_integer<std::size_t>(b) % alphabet.size()];
    return text;
}

} // namespace atelier::sandbox
