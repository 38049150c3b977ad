#pragma once

#include "actors/runtime/roster.hpp"
#include "actors/wallet.hpp"
#include "actors/writer.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/fake_committer.hpp"
#include "tests/support/fake_reader.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/test.hpp"

namespace atelier::test::wallets {

using namespace std::chrono_literals;

inline constexpr user_id anna{1};
using answered = asked<outcome<receipt>>;

/// One wallet with a lot of ten tokens, a real writer, and a database that the test plays.
struct fixture : deterministic {
    fixture() {
        holds(10);
        actors.set(owned(reader.spawn(system)));
        actors.set_writer_count(1);
        actors.set_writer(0, owned(writer_actor{system.spawn(writer_behavior, &writing)}));
    }
    ~fixture() { end_all(); }

    /// What the database says from now on.
    void holds(tokens remaining, purchase_id lot = purchase_id{1}) {
        reader.lots = std::vector<purchase_record>{
            {lot, token_package_id{1}, remaining, time.now() - 24h, time.now() + 24h}};
    }

    answered spend(tokens cost, std::string key = "", std::string fingerprint = "f") {
        spend_tokens command{anna, image_id{1}, style_id{1}, cost};
        command.parameters = "{}";
        command.time_limit = 10min;
        if (!key.empty())
            command.idempotency.emplace(std::move(key), std::move(fingerprint));
        return tell(std::move(command));
    }

    template <class Command>
    answered tell(Command command) {
        auto sent = ask<outcome<receipt>>(wallet, std::move(command));
        settle();
        return sent;
    }

    wallet_view read() {
        const auto sent = ask<outcome<wallet_view>>(wallet, read_wallet{anna, false});
        settle();
        return sent->value();
    }

    bool idle() {
        const auto sent = ask<retired>(wallet, retire{});
        settle();
        return sent->idle;
    }

    void finish(std::initializer_list<verdict_kind> kinds = {}) {
        store.finish(kinds);
        settle();
    }

    fake_committer store;
    fake_reader reader;
    sequence_ids ids{100};
    roster actors;
    writer_context writing{store, meters, 100, 100};
    wallet_context context{
        time, ids, actors, meters,
        24h,  24h, 4,      [](const payment_record&) {
                               return std::string{R"({"pay":"here"})"}; }};
    wallet_actor wallet = owned(wallet_actor{system.spawn(wallet_behavior, &context, anna, false)});
};

/// "waiting", the code of the refusal, or the balance after it.
inline std::string fate(const answered& sent) {
    if (!sent.over())
        return "waiting";
    if (sent.bounced())
        return "bounced";
    return *sent ? std::to_string(sent->value().balance) : std::string{to_string(sent->error().code)};
}

} // namespace atelier::test::wallets
