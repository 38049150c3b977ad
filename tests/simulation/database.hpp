#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "actors/runtime/subscription_messages.hpp"
#include "persistence/committer.hpp"
#include "tests/simulation/subscription_tables.hpp"
#include "tests/support/history.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace atelier::test {

/// Bugs that a database may be told to have, so that a simulation can show that it would notice them.
struct database_bugs {
    bool lots_without_guard = false;
    bool generations_without_guard = false;
    bool keys_not_unique = false;
    bool torn_change_sets = false;   ///< a refused change set leaves its journal rows behind
    bool counts_attaching = false;   ///< work that an engine goes on with is read as one more attempt
    bool failures_stay_open = false; ///< a generation whose tokens are returned is not marked as failed
};

/// The tables that the wallets write, in memory, with what PostgreSQL and the statements of a batch
/// guarantee: change sets are atomic, changes compare and set, keys are unique, rows refer to rows.
class database {
public:
    struct lot {
        user_id user;
        tokens remaining = 0;
        instant purchased_at;
        instant opened_until; ///< expires_at at first
        instant expires_at;
        token_package_id package{};
    };
    struct entry {
        user_id user;
        history_row row;
    };
    struct generation {
        user_id user;
        generation_status status{};
        tokens cost = 0;
        std::int64_t seed = 0;
        bool has_output = false;
        bool foreign = false;
        style_id style{};
        std::string parameters{};
        instant created_at{};
        instant deadline{};
        std::string error{};
        std::optional<image_id> output{};
        generation_run_change run{};
    };
    struct payment {
        user_id user;
        payment_status status{};
        std::int64_t amount_cents = 0;
        std::string transaction;
        std::string invoice{};
        tokens tokens_amount = 0;
        std::int64_t refunded_cents = 0;
    };
    struct refund {
        std::string payment_transaction;
        std::int64_t amount_cents = 0;
        bool applied = false;
    };
    using key = std::pair<user_id, std::string>;

    std::map<purchase_id, lot> lots;
    std::vector<entry> journal;
    std::map<generation_id, generation> generations;
    std::map<image_id, std::string> images; ///< their metadata
    std::map<payment_id, payment> payments;
    std::map<payment_id, purchase_id> payment_purchases;
    std::map<std::string, refund> refunds; ///< by their own transaction
    std::map<purchase_id, tokens> debts;
    subscription_tables subscriptions;
    std::map<key, idempotency_record> idempotency;

    /// Commits a batch as `committer` promises: all but the refused ones, which take the later ones of their
    /// life with them. `when`: the moment of the commit, for the journal.
    std::vector<verdict> commit(const std::vector<change_set>& batch, stamp when);

    /// What another program does by itself: a row lock, the new value, its journal row, its own generation.
    void foreign_spend(generation_id generation, purchase_id lot, tokens amount, transaction_id row,
                       instant at, stamp when);
    /// A new lot from another program, as from an operator's grant.
    void foreign_grant(user_id user, purchase_id lot, tokens amount, instant expires_at, transaction_id row,
                       instant at, stamp when, bool foreign = true);

    /// The lots that a wallet loads: those with tokens, and those that open generations were paid from.
    [[nodiscard]] std::vector<purchase_record> wallet_of(user_id user) const;
    [[nodiscard]] outcome<payment_record> payment_of_invoice(const std::string& invoice) const;
    [[nodiscard]] outcome<payment_record> payment_of_transaction(const std::string& transaction) const;
    [[nodiscard]] payment_refunds refunds_of(payment_id payment, const std::string& transaction) const;
    /// Invoices of credited payments with refunds that have not taken effect, as the sweeper finds them.
    [[nodiscard]] std::vector<std::string> invoices_with_refunds() const;
    /// What a user's subscription loads.
    [[nodiscard]] loaded_subscription subscription_of(user_id user) const;
    /// Users whose subscription has something to attend to, as the sweeper finds them.
    [[nodiscard]] std::vector<user_id> subscribers_to_attend(instant now) const;
    /// A generation with what it takes to run it.
    [[nodiscard]] outcome<generation_job> job_of(generation_id generation) const;
    /// What a generation was paid with.
    [[nodiscard]] std::vector<spend_part> spends_of(generation_id generation) const;

    database_bugs bugs;
    std::vector<std::string> complaints; ///< about batches that contradict what the model knows

private:
    [[nodiscard]] verdict_kind judge(const change_set& set) const;
    [[nodiscard]] bool compare(const change_set& set) const;
    [[nodiscard]] bool unique(const change_set& set) const;
    [[nodiscard]] bool refers(const change_set& set) const;
    void write(const change_set& set, stamp when);
    void write_journal(const change_set& set, stamp when);
    [[nodiscard]] purchase_record lot_of(purchase_id lot) const;
    void compare_with_join(const std::vector<change_set>& batch, const std::vector<verdict>& verdicts,
                           const std::map<purchase_id, lot>& before);

    std::set<transaction_id> journal_ids_;
    std::uint64_t decisions_ = 0; ///< so many change sets have written to the journal
};

/// Every invariant that the tables must keep at any moment.
[[nodiscard]] std::vector<std::string> audit(const database& tables);

} // namespace atelier::test
