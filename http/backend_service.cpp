#include "http/backend_service.hpp"

#include "actors/backend.hpp"
#include "actors/domain/signature.hpp"
#include "actors/runtime/bridge.hpp"
#include "http/async.hpp"
#include "http/form.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/images.hpp"
#include "persistence/queries/payments.hpp"
#include "persistence/queries/wallets.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace atelier::http {
namespace {

namespace asio = boost::asio;

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

std::optional<idempotency_key> to_message(std::optional<command_key> key) {
    if (!key)
        return std::nullopt;
    return idempotency_key{std::move(key->key), std::move(key->fingerprint)};
}

outcome<stored_answer> to_answer(outcome<receipt> done) {
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

deliver_notification read_webhook(webhook hook) {
    deliver_notification command;
    const auto kind = parse_notification_kind(hook.kind);
    const bool is_json = hook.content_type.starts_with("application/json");
    outcome<field_list> fields = errc::internal;
    if (is_json)
        fields = json_fields(hook.body);
    else
        fields = parse_form(hook.body);
    outcome<notification> what =
        fields ? parse_notification(kind, *fields) : outcome<notification>{fields.error()};
    if (what) {
        command.what = std::move(*what);
    } else {
        command.problem = what.error().detail.empty() ? "unreadable" : what.error().detail;
        command.what.kind = kind;
        command.what.business_key = content_key(kind, hook.body);
    }
    command.body = std::move(hook.body);
    command.content_type = std::move(hook.content_type);
    return command;
}

} // namespace

struct backend_service::parts {
    explicit parts(backend& b)
        : back{b}, ask{b.system(), b.meters, b.options.config.http.request_timeout,
                       b.options.config.http.in_flight_limit} {}

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
        auto found = co_await read<image_record>(
            back.reads, [image](pg::connection& database) { return queries::get_image(database, image); });
        if (found)
            back.owners.remember(image, found->user);
        co_return owned_by(user, std::move(found));
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

    backend& back;
    bridge ask;
};

backend_service::backend_service(backend& b) : parts_{std::make_unique<parts>(b)} {}

backend_service::~backend_service() = default;

void backend_service::sweep() {
    parts_->ask.sweep();
}

void backend_service::close() {
    parts_->ask.close();
}

// -- accounts -----------------------------------------------------------------------------------------------

reply<done> backend_service::sign_up(std::string email, std::string password, std::string language) {
    std::function<void(accounts::callback<done>)> start = [&](accounts::callback<done> answer) {
        parts_->back.people.sign_up(email, password, preferred_language(language), std::move(answer));
    };
    co_return co_await wait_for<done>(std::move(start));
}

reply<user_record> backend_service::confirm(std::string token) {
    std::function<void(accounts::callback<user_record>)> start = [&](accounts::callback<user_record> answer) {
        parts_->back.people.confirm(token, std::move(answer));
    };
    co_return co_await wait_for<user_record>(std::move(start));
}

reply<new_session> backend_service::sign_in(std::string email, std::string password, bool remember) {
    std::function<void(accounts::callback<accounts::signed_in>)> start =
        [&](accounts::callback<accounts::signed_in> answer) {
            parts_->back.people.sign_in(email, password, remember, std::move(answer));
        };
    auto result = co_await wait_for<accounts::signed_in>(std::move(start));
    if (!result)
        co_return result.error();
    new_session session;
    session.token = std::move(result->token);
    session.expires_at = result->expires_at;
    session.user = std::move(result->user);
    co_return session;
}

reply<user_id> backend_service::authenticate(std::string token) {
    auto& back = parts_->back;
    if (const auto user = back.people.cached_user(token)) {
        back.meters.session_cache_hits.Increment();
        co_return *user;
    }
    back.meters.session_cache_misses.Increment();
    std::function<void(accounts::callback<user_id>)> start = [&](accounts::callback<user_id> answer) {
        back.people.authenticate(token, std::move(answer));
    };
    co_return co_await wait_for<user_id>(std::move(start));
}

reply<done> backend_service::sign_out(std::string token) {
    std::function<void(accounts::callback<done>)> start = [&](accounts::callback<done> answer) {
        parts_->back.people.sign_out(token, std::move(answer));
    };
    co_return co_await wait_for<done>(std::move(start));
}

reply<user_record> backend_service::user(user_id user) {
    std::function<void(accounts::callback<user_record>)> start = [&](accounts::callback<user_record> answer) {
        parts_->back.people.me(user, std::move(answer));
    };
    co_return co_await wait_for<user_record>(std::move(start));
}

// -- catalogue ----------------------------------------------------------------------------------------------

reply<std::vector<style_record>> backend_service::styles() {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    co_return (*all)->styles;
}

reply<std::vector<token_package_record>> backend_service::token_packages() {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    co_return (*all)->token_packages;
}

reply<std::vector<subscription_plan_record>> backend_service::subscription_plans() {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    co_return (*all)->subscription_plans;
}

std::string backend_service::currency() const {
    return parts_->back.options.config.payments.currency;
}

// -- money --------------------------------------------------------------------------------------------------

reply<wallet_balance> backend_service::wallet(user_id user) {
    auto view =
        co_await parts_->ask.ask<wallet_view>(parts_->back.actors.get<wallets_actor>(), read_wallet{user});
    if (!view)
        co_return view.error();
    wallet_balance balance;
    balance.balance = view->balance;
    balance.lots = std::move(view->lots);
    balance.at = view->at;
    co_return balance;
}

reply<page<transaction_record>> backend_service::transactions(user_id user, transaction_id before,
                                                              std::int32_t limit) {
    return read<page<transaction_record>>(parts_->back.reads, [=](pg::connection& database) {
        return queries::list_transactions(database, user, before, limit);
    });
}

reply<stored_answer> backend_service::order(user_id user, token_package_id package,
                                            std::optional<command_key> key) {
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    const auto wanted = std::ranges::find(all.value()->token_packages, package, &token_package_record::id);
    if (wanted == all.value()->token_packages.end())
        co_return invalid_field("token_package_id", "unknown", "There is no such package on sale.");
    order_package command{user, *wanted};
    command.currency = currency();
    command.lifetime = parts_->back.options.config.payments.order_lifetime;
    command.idempotency = to_message(std::move(key));
    auto ordered =
        co_await parts_->ask.ask<receipt>(parts_->back.actors.get<wallets_actor>(), std::move(command));
    co_return to_answer(std::move(ordered));
}

reply<payment_record> backend_service::payment(user_id user, payment_id payment) {
    auto found = co_await read<payment_record>(parts_->back.reads, [payment](pg::connection& database) {
        return queries::get_payment(database, payment);
    });
    co_return owned_by(user, std::move(found));
}

reply<page<payment_record>> backend_service::payments(user_id user, payment_id before, std::int32_t limit) {
    return read<page<payment_record>>(parts_->back.reads, [=](pg::connection& database) {
        return queries::list_payments(database, user, before, limit);
    });
}

reply<webhook_answer> backend_service::notify(webhook hook) {
    const auto present = [](const std::string& header) {
        return header.empty() ? std::nullopt : std::optional<std::string_view>{header};
    };
    const auto encoding = hook.content_type.starts_with("application/json") ? parameter_encoding::json
                                                                            : parameter_encoding::form;
    if (!verify_signature(present(hook.content_hmac), present(hook.x_content_hmac), hook.body, encoding,
                          parts_->back.options.payment_secret)) {
        parts_->back.meters.webhook(to_string(parse_notification_kind(hook.kind)), "bad_signature");
        co_return errc::invalid_signature;
    }
    auto command = read_webhook(std::move(hook));
    auto result = co_await parts_->ask.ask<notification_reply>(parts_->back.actors.get<payments_actor>(),
                                                               std::move(command));
    if (!result)
        co_return result.error();
    co_return webhook_answer{result->code};
}

reply<checkout_result> backend_service::pay_at_sandbox(std::string invoice_id, std::string card) {
    auto& back = parts_->back;
    if (!back.payment_sandbox)
        co_return errc::not_found;
    auto query = [invoice_id](pg::connection& database) {
        return queries::get_payment_by_invoice(database, invoice_id);
    };
    auto payment = co_await read<payment_record>(back.reads, std::move(query));
    if (!payment)
        co_return payment.error();
    sandbox_order order;
    order.invoice_id = invoice_id;
    order.amount_cents = payment->amount_cents;
    order.currency = payment->currency;
    order.account_id = std::to_string(payment->user.value);
    order.description = std::to_string(payment->tokens_amount) + " tokens";
    std::function<void(sandbox::callback)> start = [&](sandbox::callback answer) {
        auto accepted = back.payment_sandbox->pay(std::move(order), card, answer);
        if (!accepted)
            answer(accepted.error());
    };
    auto result = co_await wait_for<sandbox_result>(std::move(start));
    if (!result)
        co_return result.error();
    checkout_result checkout;
    checkout.transaction_id = std::move(result->transaction_id);
    checkout.status = std::move(result->status);
    checkout.reason = std::move(result->reason);
    checkout.reason_code = result->reason_code;
    co_return checkout;
}

// -- images -------------------------------------------------------------------------------------------------

reply<image_record> backend_service::add_image(user_id user, upload file) {
    auto& back = parts_->back;
    auto store = [&back, file = std::move(file)] {
        return back.images.store_upload(file.path, file.filename, file.room_type);
    };
    auto stored = co_await run<new_image>(back.image_pool, std::move(store));
    if (!stored)
        co_return stored.error();
    change_set changes{user, back.time.now()};
    changes.new_images.push_back(*stored);
    commit_changes command{std::move(changes), 0};
    const auto verdict =
        co_await parts_->ask.ask<commit_verdict>(back.actors.writer_of(user), std::move(command));
    if (!verdict)
        co_return verdict.error();
    if (*verdict != commit_verdict::committed)
        co_return *verdict == commit_verdict::overloaded ? errc::overloaded : errc::unavailable;
    co_return co_await parts_->find_image(user, stored->id);
}

reply<image_record> backend_service::image(user_id user, image_id image) {
    return parts_->find_image(user, image);
}

reply<image_file> backend_service::image_content(user_id user, image_id image) {
    auto found = co_await parts_->find_image(user, image);
    if (!found)
        co_return found.error();
    image_file file;
    file.path = parts_->back.images.path_of(*found);
    file.image = std::move(*found);
    co_return file;
}

// -- generations --------------------------------------------------------------------------------------------

reply<stored_answer> backend_service::generate(generation_order order) {
    auto& back = parts_->back;
    const auto& limits = back.options.config.generations;
    auto all = co_await parts_->goods();
    if (!all)
        co_return all.error();
    if (std::ranges::find(all.value()->styles, order.style, &style_record::id) == all.value()->styles.end())
        co_return invalid_field("style_id", "unknown", "There is no such style.");
    const auto owner = co_await parts_->check_owner(order.user, order.input_image);
    if (!owner)
        co_return owner.error().code == errc::not_found
            ? invalid_field("input_image_id", "unknown", "There is no such image.")
            : owner.error();
    if (back.depths.of(order.user) >= limits.queue_limit_per_user)
        co_return failure{errc::queue_full, "Too many of your generations are waiting."};
    if (back.depths.total() >= limits.queue_limit)
        co_return failure{errc::overloaded, "Too many generations are waiting."};
    spend_tokens command{order.user, order.input_image, order.style, limits.cost};
    command.seed = order.seed.value_or(static_cast<std::int64_t>(uniform(back.random) * 4294967296.0));
    command.parameters = "{}";
    command.time_limit = limits.deadline;
    command.idempotency = to_message(std::move(order.key));
    auto spent = co_await parts_->ask.ask<receipt>(back.actors.get<wallets_actor>(), std::move(command));
    co_return to_answer(std::move(spent));
}

reply<generation_record> backend_service::generation(user_id user, generation_id generation) {
    auto found = co_await read<generation_record>(parts_->back.reads, [generation](pg::connection& database) {
        return queries::get_generation(database, generation);
    });
    co_return owned_by(user, std::move(found));
}

reply<page<generation_record>> backend_service::generations(user_id user, generation_id before,
                                                            std::int32_t limit) {
    return read<page<generation_record>>(parts_->back.reads, [=](pg::connection& database) {
        return queries::list_generations(database, user, before, limit);
    });
}

reply<generation_record> backend_service::cancel(user_id user, generation_id generation) {
    const cancel_generation command{generation, user};
    auto ended =
        co_await parts_->ask.ask<generation_record>(parts_->back.actors.get<generations_actor>(), command);
    co_return owned_by(user, std::move(ended));
}

std::shared_ptr<void> backend_service::watch(generation_id generation,
                                             std::function<void(const generation_event&)> listener) {
    auto& hub = parts_->back.news;
    auto on_news = [listener = std::move(listener)](const generation_news& news) {
        generation_event event;
        event.event = news.event;
        event.data = news.data;
        event.last = news.last;
        listener(event);
    };
    return std::make_shared<event_hub::subscription>(hub.listen(generation, std::move(on_news)));
}

// -- operations ---------------------------------------------------------------------------------------------

asio::awaitable<std::vector<part_health>> backend_service::health() {
    auto& back = parts_->back;
    std::vector<part_health> parts(3);
    const auto database = co_await read<done>(
        back.reads, [](pg::connection& connection) -> status { return connection.execute("SELECT 1"); });
    parts[0].name = "database";
    parts[0].ok = database.has_value();
    parts[0].detail = database ? "" : database.error().detail;
    parts[1].name = "writer";
    parts[1].ok = back.writers_healthy();
    parts[1].detail = parts[1].ok ? "" : "a writer has no connection";
    const auto disk = co_await run<done>(back.errands, [&back]() -> status { return back.blobs->check(); });
    parts[2].name = "disk";
    parts[2].ok = disk.has_value();
    parts[2].detail = disk ? "" : disk.error().detail;
    co_return parts;
}

std::string backend_service::metrics_text() {
    return parts_->back.meters.expose();
}

reply<std::string> backend_service::actor_tree() {
    namespace json = boost::json;
    constexpr std::size_t shown = 100;
    json::array families;
    const auto add = [&families](const char* kind, const outcome<children_report>& report) {
        json::object family{{"kind", kind}};
        json::array children;
        if (report) {
            for (const auto& child : report->children)
                children.push_back(json::object{{"key", child.key}, {"seconds_idle", child.seconds_idle}});
            family["live"] = report->live;
        } else {
            family["error"] = to_string(report.error().code);
        }
        family["children"] = std::move(children);
        families.push_back(std::move(family));
    };
    auto& actors = parts_->back.actors;
    const list_children question{shown};
    const auto wallets = co_await parts_->ask.ask<children_report>(actors.get<wallets_actor>(), question);
    add("wallet", wallets);
    const auto generations =
        co_await parts_->ask.ask<children_report>(actors.get<generations_actor>(), question);
    add("generation", generations);
    const auto payments = co_await parts_->ask.ask<children_report>(actors.get<payments_actor>(), question);
    add("payment", payments);
    json::array singles;
    for (const auto* kind : {"reader", "dispatcher", "sweeper"})
        singles.push_back(json::object{{"kind", kind}});
    singles.push_back(
        json::object{{"kind", "writer"}, {"live", parts_->back.options.config.database.writers}});
    co_return json::serialize(json::object{
        {"kind", "supervisor"}, {"families", std::move(families)}, {"actors", std::move(singles)}});
}

} // namespace atelier::http
