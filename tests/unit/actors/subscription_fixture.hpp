#pragma once

#include "actors/runtime/roster.hpp"
#include "actors/subscriptions.hpp"
#include "actors/writer.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/fake_committer.hpp"
#include "tests/support/fake_gateway.hpp"
#include "tests/support/fake_reader.hpp"
#include "tests/support/fake_wallets.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/subscription_table.hpp"
#include "tests/support/test.hpp"

namespace atelier::test::subscriptions {

using namespace std::chrono_literals;

using answered = asked<outcome<notification_reply>>;
using ordered_one = asked<outcome<receipt>>;

/// The subscription of user 42, a real writer; database, wallets and gateway are the test.
struct fixture : deterministic {
    fixture() {
        actors.set(owned(reader.spawn(system)));
        actors.set(owned(wallets.spawn(system)));
        actors.set_writer_count(1);
        actors.set_writer(0, owned(writer_actor{system.spawn(writer_behavior, &writing)}));
        settle();
    }
    ~fixture() { end_all(); }

    /// What is in the database from now on.
    void stored(const atelier::subscription& subject, std::string card = "") {
        loaded_subscription all;
        all.book = subject.book();
        all.book.row.card_known = !card.empty();
        all.card_token = std::move(card);
        all.package = token_package_id{9};
        reader.subscription = std::move(all);
    }

    /// Paid until a month from now, by the gateway's subscription sc_1.
    [[nodiscard]] atelier::subscription active(const plan_terms& terms = monthly()) const {
        auto subject = ordered(terms, time.now());
        hear(subject, first_charge("T1", time.now(), terms), time.now());
        return subject;
    }

    [[nodiscard]] deliver_notification notice(notification_kind kind, const std::string& transaction,
                                              const plan_terms& terms = monthly()) const {
        deliver_notification news;
        auto& what = news.what;
        static_cast<notification_facts&>(what) = charged(transaction, time.now(), terms);
        what.kind = kind;
        what.business_key = std::string{to_string(kind)} + ":" + transaction;
        what.subscription_id = "sc_1";
        what.date_time = time.now();
        what.token = "tk_1";
        news.body = "raw";
        news.content_type = "application/json";
        return news;
    }

    template <class Command>
    auto tell(Command command) {
        using reply = std::conditional_t<std::is_same_v<Command, deliver_notification>,
                                         outcome<notification_reply>, outcome<receipt>>;
        auto sent = ask<reply>(subscription, std::move(command));
        settle();
        return sent;
    }

    void attend() {
        caf::anon_send(subscription, attend_subscription{user_id{42}});
        settle();
    }

    /// What is committed is in the database from then on.
    void finish(std::initializer_list<verdict_kind> kinds = {}) {
        if (kinds.size() == 0)
            for (const auto& set : store.last())
                for (const auto& committed : set.subscription_changes) {
                    atelier::subscription subject{reader.subscription->book, with_grace};
                    subject.apply(committed);
                    reader.subscription->book = subject.book();
                }
        store.finish(kinds);
        settle();
    }

    bool idle() {
        const auto sent = ask<retired>(subscription, retire{});
        settle();
        return sent->idle;
    }

    /// The change of the subscription that was sent to be committed last.
    const subscription_change& change() { return store.last().back().subscription_changes.at(0); }

    fake_committer store;
    fake_reader reader;
    fake_wallets wallets;
    fake_gateway gateway;
    sequence_ids ids;
    roster actors;
    writer_context writing{store, meters, 10, 10};
    subscription_context context{
        time,
        ids,
        actors,
        meters,
        gateway,
        with_grace,
        24h,
        24h,
        [](const subscription_checkout& form) { return R"({"invoice":")" + form.order.invoice_id + "\"}"; },
        [] { return 1.0; }};
    subscription_actor subscription =
        owned(subscription_actor{system.spawn(subscription_behavior, &context, user_id{42})});
};

/// "waiting", the code of the failure, or "verdict code".
inline std::string fate(const answered& sent) {
    if (!sent.over())
        return "waiting";
    if (!*sent)
        return std::string{to_string(sent->error().code)};
    return sent->value().verdict + " " + std::to_string(sent->value().code);
}
inline std::string fate(const ordered_one& sent) {
    if (!sent.over())
        return "waiting";
    if (!*sent)
        return std::string{to_string(sent->error().code)};
    return std::to_string(sent->value().status);
}

} // namespace atelier::test::subscriptions
