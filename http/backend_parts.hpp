#pragma once

#include "actors/backend.hpp"
#include "actors/runtime/bridge.hpp"
#include "actors/wallet_decisions.hpp"
#include "http/async.hpp"
#include "http/backend_service.hpp"
#include "http/connection_gate.hpp"
#include "http/webhook_reader.hpp"
#include "persistence/queries/idempotency.hpp"
#include "persistence/queries/images.hpp"

#include <functional>
#include <optional>
#include <utility>

/// What the source files of `backend_service` share.
namespace atelier::http {

/// Runs `query` (connection → outcome<T>) on a pool.
template <class T, class Query>
reply<T> read(connection_pool& pool, Query query) {
    std::function<void(std::function<void(outcome<T>)>)> start =
        [&pool, query](std::function<void(outcome<T>)> done) {
            auto job = [query, done](outcome<pg::connection*> connection) {
                done(connection ? query(**connection) : outcome<T>{connection.error()});
            };
            if (!pool.submit(std::move(job)))
                done(failure{errc::overloaded, "Too many reads are waiting."});
        };
    co_return co_await wait_for<T>(std::move(start));
}

/// Runs blocking `work` (→ outcome<T>) on a pool.
template <class T, class Work>
reply<T> run(worker_pool& pool, Work work) {
    std::function<void(std::function<void(outcome<T>)>)> start =
        [&pool, work](std::function<void(outcome<T>)> done) {
            if (!pool.submit([work, done] { done(work()); }))
                done(failure{errc::overloaded, "Too much work on files is waiting."});
        };
    co_return co_await wait_for<T>(std::move(start));
}

[[nodiscard]] inline std::optional<idempotency_key> to_message(std::optional<command_key> key) {
    if (!key)
        return std::nullopt;
    return idempotency_key{std::move(key->key), std::move(key->fingerprint)};
}

[[nodiscard]] inline outcome<stored_answer> to_answer(outcome<receipt> done) {
    if (!done)
        return done.error();
    stored_answer answer;
    answer.status = static_cast<unsigned>(done->status);
    answer.body = std::move(done->body);
    answer.location = std::move(done->location);
    answer.replayed = done->replayed;
    return answer;
}

/// Somebody else's object does not exist for this user.
template <class Record>
outcome<Record> owned_by(user_id user, outcome<Record> record) {
    if (record && record->user != user)
        return errc::not_found;
    return record;
}

struct backend_service::parts {
    explicit parts(backend& b)
        : back{b}, ask{b.system(), b.meters, b.options.config.http.request_timeout,
                       b.options.config.http.in_flight_limit, b.options.config.http.queueing_limit},
          webhooks{webhook_rules{b.options.config, b.options.payment_secret}},
          streams{b.options.config.events.streams, b.options.config.events.streams_per_user} {}

    [[nodiscard]] accounts::visitor identify(const visitor& who) const {
        accounts::visitor known;
        known.address = who.address;
        known.user_agent = who.user_agent;
        known.language = preferred_language(who.language);
        return known;
    }

    /// The catalogue, from memory or freshly read.
    reply<catalog::snapshot> goods() {
        if (auto known = back.goods.current())
            co_return known;
        std::function<void(catalog::callback)> start = [this](catalog::callback done) {
            back.goods.fetch(std::move(done));
        };
        co_return co_await wait_for<catalog::snapshot>(std::move(start));
    }

    reply<image_record> find_image(user_id user, image_id image) {
        auto query = [image](pg::connection& database) { return queries::get_image(database, image); };
        auto found = co_await read<image_record>(back.reads, query);
        if (found) {
            back.owners.remember(image, found->user);
            sign(*found);
        }
        co_return owned_by(user, std::move(found));
    }

    /// Rails' name for it, which does not expire.
    void sign(image_record& image) const {
        image.signed_id = back.signer.sign_blob(image.blob, std::nullopt);
    }

    reply<done> check_owner(user_id user, image_id image) {
        auto owner = back.owners.find(image);
        if (!owner) {
            auto found = co_await find_image(user, image);
            if (!found)
                co_return found.error();
            owner = found->user;
        }
        if (owner != user)
            co_return errc::not_found;
        co_return done{};
    }

    /// Passes on how a command with a key ended. One that is refused before it comes to the wallet may repeat
    /// one that was carried out: then the stored answer is the answer.
    reply<stored_answer> once(user_id user, std::optional<command_key> key, outcome<stored_answer> ended) {
        if (ended || !key || !may_repeat(ended.error().code))
            co_return ended;
        auto query = [user, key = key->key, now = back.time.now()](pg::connection& database) {
            return queries::find_idempotency_answer(database, user, key, now);
        };
        auto stored = co_await read<std::optional<idempotency_answer>>(back.reads, std::move(query));
        if (!stored)
            co_return stored.error();
        auto answer = repeat(*to_message(std::move(key)), std::move(*stored));
        if (!answer)
            co_return ended;
        co_return to_answer(std::move(*answer));
    }

    /// Hands a command to the user's subscription.
    template <class Command>
    reply<stored_answer> tell(Command command, std::optional<command_key> key) {
        command.idempotency = to_message(std::move(key));
        auto done = co_await ask.ask<receipt>(back.actors.get<subscriptions_actor>(), std::move(command));
        co_return to_answer(std::move(done));
    }

    /// Hands a notification to its payment.
    reply<webhook_answer> deliver(webhook hook, webhook_content content) {
        deliver_notification command;
        command.what = std::move(content.what);
        command.problem = std::move(content.problem);
        command.body = std::move(hook.body);
        command.content_type = std::move(hook.content_type);
        auto result = co_await ask.ask<notification_reply>(back.actors.get<payments_actor>(),
                                                           std::move(command), ask_role::vital);
        if (!result)
            co_return result.error();
        co_return webhook_answer{result->code, std::move(result->verdict)};
    }

    backend& back;
    bridge ask;
    const webhook_reader webhooks;
    const address_ranges proxies; ///< that are believed where a request came from
    connection_gate streams;      ///< of events, by user

private:
    /// Whether a command that was carried out could be refused like this when it comes again.
    static bool may_repeat(errc why) {
        return why == errc::queue_full || why == errc::validation_failed || why == errc::not_found;
    }
};

} // namespace atelier::http
