#pragma once

#include "actors/payments.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/writer.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/fake_committer.hpp"
#include "tests/support/fake_reader.hpp"
#include "tests/support/fake_wallets.hpp"
#include "tests/support/test.hpp"

namespace atelier::test::payments {

using namespace std::chrono_literals;

using answered = asked<outcome<notification_reply>>;

/// One pending payment of 990.00 RUB by user 42, a real writer; database and wallets are the test.
struct fixture : deterministic {
    fixture() {
        payment_record record;
        record.id = payment_id{7};
        record.user = user_id{42};
        record.amount_cents = 99'000;
        record.currency = "RUB";
        record.invoice_id = "inv-7";
        record.expires_at = time.now() + 1h;
        record.tokens_amount = 50;
        reader.payment = record;
        actors.set(owned(reader.spawn(system)));
        actors.set(owned(wallets.spawn(system)));
        actors.set_writer_count(1);
        actors.set_writer(0, owned(writer_actor{system.spawn(writer_behavior, &writing)}));
        settle();
    }
    ~fixture() { end_all(); }

    static deliver_notification notice(notification_kind kind, const std::string& transaction = "T1") {
        deliver_notification command;
        auto& what = command.what;
        what.kind = kind;
        what.business_key = std::string{to_string(kind)} + ":" + transaction;
        what.invoice_id = "inv-7";
        what.transaction_id = transaction;
        what.amount_cents = 99'000;
        what.currency = "RUB";
        what.account_id = "42";
        what.status =
            kind == notification_kind::pay ? transaction_status::completed : transaction_status::none;
        what.test_mode = true;
        command.body = "raw";
        command.content_type = "application/json";
        return command;
    }

    answered deliver(deliver_notification command) {
        auto sent = ask<outcome<notification_reply>>(payment, std::move(command));
        settle();
        return sent;
    }
    answered deliver(notification_kind kind, const std::string& transaction = "T1") {
        return deliver(notice(kind, transaction));
    }

    void finish(std::initializer_list<verdict_kind> kinds = {}) {
        store.finish(kinds);
        settle();
    }

    void release(outcome<receipt> answer) {
        wallets.answer = std::move(answer);
        wallets.release();
        settle();
    }

    bool idle() {
        const auto sent = ask<retired>(payment, retire{});
        settle();
        return sent->idle;
    }

    fake_committer store;
    fake_reader reader;
    fake_wallets wallets;
    roster actors;
    writer_context writing{store, meters, 10, 10};
    payment_context::answer gateway_answers; ///< whoever asked the gateway last
    payment_context context{
        time, actors, meters, {true}, [this](const std::string&, payment_context::answer answer) {
            gateway_answers = std::move(answer);
        }};
    payment_actor payment =
        owned(payment_actor{system.spawn(payment_behavior, &context, std::string{"inv-7"})});
};

/// "waiting", the code of the failure, or "verdict code".
inline std::string fate(const answered& sent) {
    if (!sent.over())
        return "waiting";
    if (sent.bounced())
        return "bounced";
    if (!*sent)
        return std::string{to_string(sent->error().code)};
    return sent->value().verdict + " " + std::to_string(sent->value().code);
}

inline constexpr auto pay = notification_kind::pay;
inline constexpr auto check = notification_kind::check;

} // namespace atelier::test::payments
