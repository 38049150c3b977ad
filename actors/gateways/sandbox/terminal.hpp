#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/gateways/sandbox/records.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier::sandbox {

/// A charge of a saved card by the shop.
struct token_order {
    order what; ///< its account must be the token's
    std::string token;

    token_order() = default;
};

/// What a subscription is made of, or changed to; on a change, what is missing stays.
struct subscription_order {
    std::string token;
    std::string account_id;
    std::optional<std::string> description;
    std::optional<std::string> email;
    std::optional<std::int64_t> amount_cents;
    std::optional<std::string> currency;
    std::optional<bool> two_stage;
    std::optional<instant> start;
    std::optional<interval> unit;
    std::optional<std::int32_t> period;
    std::optional<std::int32_t> max_periods;
    std::optional<std::string> receipt;

    subscription_order() = default;
};

/// Everything that CloudPayments does with the payments of one shop, without its network: no threads, no
/// sockets, and time is given to it. Test mode.
///
/// A payment is opened, its Check is asked of the shop elsewhere, and then it is `accept`ed or `refuse`d;
/// until then nothing of it is kept. What each command changed waits for `take_changes`. Failures are for
/// people: the API repeats their details. Source: CloudPayments developer documentation.
class terminal {
public:
    /// `day` is the length of a day between two charges of a subscription: shorter ones make years pass in
    /// minutes, and dates stay real. `random` must outlive the terminal.
    explicit terminal(random_source& random, microseconds day = std::chrono::days{1})
        : random_{random}, day_{day} {}

    // -- payments ------------------------------------------------------------------------------------------
    /// A payment by its holder.
    [[nodiscard]] transaction open(order what, card paid_with, instant now);
    /// A payment by token. Errors: not_found when the account has no such token.
    [[nodiscard]] outcome<transaction> open(token_order charge, instant now);
    /// The shop did not agree: declined, without a notification.
    transaction refuse(transaction payment, reason why);
    /// The shop agreed: on to 3-D Secure or, with Pay or Fail, to the bank's answer.
    transaction accept(transaction payment, instant now);
    /// The holder has passed 3-D Secure, or not. Errors: not_found, state_conflict.
    [[nodiscard]] outcome<transaction> authenticate(std::int64_t id, bool passed, instant now);
    /// Takes money that is held, all of it or a part. Errors: not_found, state_conflict.
    [[nodiscard]] outcome<transaction> confirm(std::int64_t id, std::int64_t amount_cents, instant now);
    /// Gives money back that is held. Errors: not_found, state_conflict.
    [[nodiscard]] outcome<transaction> cancel(std::int64_t id);
    /// Pays back a part, or the rest; the result is the refund. Errors: not_found; state_conflict for more
    /// than is left, or after a year.
    [[nodiscard]] outcome<transaction> refund(std::int64_t id, std::int64_t amount_cents, std::string data,
                                              instant now);
    [[nodiscard]] const transaction* find(std::int64_t id) const;
    /// The latest one of the order; `payments_only` leaves refunds out.
    [[nodiscard]] const transaction* find_latest(std::string_view invoice_id, bool payments_only) const;
    /// Created from `first` until before `end`, oldest first. Empty `statuses` means all.
    [[nodiscard]] std::vector<const transaction*>
    list(instant first, instant end, const std::set<transaction_status>& statuses = {}) const;

    // -- chargebacks ---------------------------------------------------------------------------------------
    /// The holder's bank takes the money back. Errors: not_found, state_conflict for a payment that is not
    /// completed.
    [[nodiscard]] outcome<chargeback> charge_back(std::int64_t id, instant now);
    [[nodiscard]] std::vector<chargeback> list_chargebacks(instant first, instant end) const;

    // -- subscriptions -------------------------------------------------------------------------------------
    /// Errors: not_found when the account has no such token; validation_failed.
    [[nodiscard]] outcome<subscription> subscribe(const subscription_order& wanted, instant now);
    /// Whatever it was, it is active again. `max_periods` are those still to come. Errors: not_found,
    /// validation_failed.
    [[nodiscard]] outcome<subscription> change(const std::string& id, const subscription_order& wanted,
                                               instant now);
    /// Nothing happens to one that has ended. Errors: not_found.
    [[nodiscard]] outcome<subscription> unsubscribe(const std::string& id);
    [[nodiscard]] const subscription* find_subscription(const std::string& id) const;
    [[nodiscard]] std::vector<subscription> subscriptions_of(std::string_view account_id) const;

    // -- time ----------------------------------------------------------------------------------------------
    /// Charges subscriptions that are due, each at its own time, and gives back money that was held for seven
    /// days.
    void run_due(instant now);
    /// When there is something to run again.
    [[nodiscard]] std::optional<instant> next_due() const;

    // -- memory --------------------------------------------------------------------------------------------
    /// What was changed since the last call.
    [[nodiscard]] changes take_changes() { return std::exchange(changed_, {}); }
    /// Puts back what an earlier terminal changed; the messages are for the caller.
    void restore(const changes& before);

private:
    [[nodiscard]] transaction begin(order what, card paid_with, instant now);
    void ask_bank(transaction& payment, instant now);
    void keep(const transaction& changed);
    void keep(const subscription& changed);
    void tell(std::string kind, const transaction& about);
    void tell_receipt(const transaction& about);
    void tell(const subscription& about);
    void save_card(transaction& payment);
    void begin_subscription(transaction& payment);
    void charge(subscription& due);
    void settle(subscription& charged, bool paid, instant at);
    [[nodiscard]] instant next_charge(instant from, interval unit, std::int32_t period) const;
    [[nodiscard]] const card_token* find_token(std::string_view token, std::string_view account_id) const;
    [[nodiscard]] std::int64_t next_id(instant now);
    [[nodiscard]] std::string random_text(std::string_view alphabet, std::size_t length);

    random_source& random_;
    microseconds day_;
    std::int64_t last_tick_ = 0; ///< of the latest transaction id
    std::map<std::int64_t, transaction> transactions_;
    std::set<std::int64_t> held_; ///< authorized payments
    std::map<std::string, card_token, std::less<>> tokens_;
    std::map<std::string, subscription> subscriptions_;
    std::vector<chargeback> chargebacks_;
    changes changed_;
};

} // namespace atelier::sandbox
