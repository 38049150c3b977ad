#define CAF_SUITE queries

#include "persistence/pg_committer.hpp"
#include "persistence/queries/accounts.hpp"
#include "persistence/queries/catalog.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/idempotency.hpp"
#include "persistence/queries/images.hpp"
#include "persistence/queries/outbox.hpp"
#include "persistence/queries/payments.hpp"
#include "persistence/queries/sessions.hpp"
#include "persistence/queries/wallets.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

struct fixture : books {
    pg_committer writer{[this] {
        pg_committer_options options;
        options.database = reach(conninfo());
        options.writer = "writer 1";
        return options;
    }()};
    pg::connection& db = database();
    user_id ann = add_user();
    user_id bob = add_user();

    void write(std::vector<change_set> sets) {
        for (const auto& v : commit(writer, std::move(sets)).verdicts)
            if (!v.committed())
                throw std::runtime_error{v.detail};
    }
    generation_id add_generation(purchase_id lot, tokens expected, image_id image, style_id style) {
        auto set = generate(ann, lot, expected, image, style);
        write({set});
        return set.new_generations[0].id;
    }
    void move(generation_id id, generation_status from, generation_status to) {
        change_set set{ann, noon + 1min};
        set.generation_changes.push_back(
            {id, from, to, std::nullopt, to == generation_status::failed ? "canceled" : ""});
        set.run_changes.push_back({id, "preview", "job", 1, noon + 1s, std::nullopt});
        write({set});
    }
    payment_id add_payment(user_id user, token_package_id package, std::string invoice,
                           instant expires_at = noon + 24h) {
        change_set set{user, noon};
        set.new_payments.push_back(
            {fresh<payment_id>(), package, 4'900, "RUB", std::move(invoice), expires_at});
        write({set});
        return set.new_payments[0].id;
    }
};

template <class T>
std::string ids(const std::vector<T>& records) {
    std::string all;
    for (const auto& r : records)
        all += (all.empty() ? "" : " ") + std::to_string(r.id.value);
    return all;
}

template <class... Ids>
std::string listed(Ids... id) {
    std::string all;
    ((all += (all.empty() ? "" : " ") + std::to_string(id.value)), ...);
    return all;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(queries_tests, fixture)

CAF_TEST(an unknown user has an empty wallet) {
    const auto wallet = must(queries::load_wallet(db, user_id{777}));
    CAF_CHECK(wallet.user == user_id{777});
    CAF_CHECK(wallet.purchases.empty());
    CAF_CHECK_EQUAL(wallet.balance, 0);
    CAF_CHECK(!wallet.last_transaction);
}

CAF_TEST(a wallet holds lots with tokens and those that an open generation was paid from) {
    const auto image = add_image(ann);
    const auto style = add_style();
    const auto late = add_lot(ann, 5, noon + 48h);
    const auto soon = add_lot(ann, 1, noon + 24h);
    const auto spent = add_lot(ann, 1, noon + 1h);
    const auto done_with = add_lot(ann, 1, noon + 1h);
    add_lot(bob, 9);
    write({spend(ann, spent, 1, 1)});
    const auto finished = add_generation(done_with, 1, image, style);
    move(finished, generation_status::queued, generation_status::running);
    move(finished, generation_status::running, generation_status::succeeded);
    auto open = generate(ann, soon, 1, image, style);
    write({open});
    const auto wallet = must(queries::load_wallet(db, ann));
    CAF_CHECK_EQUAL(ids(wallet.purchases), listed(soon, late));
    CAF_CHECK_EQUAL(wallet.purchases[0].remaining, 0);
    CAF_CHECK_EQUAL(wallet.purchases[1].remaining, 5);
    CAF_CHECK(wallet.purchases[1].expires_at == noon + 48h);
    CAF_CHECK_EQUAL(wallet.balance, 5);
    CAF_CHECK(wallet.last_transaction == open.journal[0].id);
}

CAF_TEST(the journal is read newest first and page by page) {
    const auto lot = add_lot(ann, 5);
    add_lot(bob, 5);
    write({spend(ann, lot, 5, 1), spend(ann, lot, 4, 1), spend(ann, lot, 3, 1)});
    const auto first = must(queries::list_transactions(db, ann, {}, 3));
    CAF_REQUIRE_EQUAL(first.data.size(), 3u);
    CAF_CHECK(first.data[0].id > first.data[1].id);
    CAF_CHECK_EQUAL(first.data[0].operation, "spend");
    CAF_CHECK_EQUAL(first.data[0].amount, -1);
    CAF_CHECK(first.data[0].purchase == lot);
    CAF_CHECK(!first.data[0].generation);
    CAF_CHECK(first.data[0].created_at == noon);
    CAF_CHECK_EQUAL(first.next, first.data[2].id.value);
    const auto second = must(queries::list_transactions(db, ann, transaction_id{first.next}, 3));
    CAF_REQUIRE_EQUAL(second.data.size(), 1u);
    CAF_CHECK_EQUAL(second.data[0].operation, "grant");
    CAF_CHECK_EQUAL(second.next, 0);
    CAF_CHECK_EQUAL(must(queries::list_transactions(db, ann, {}, 4)).next, 0);
}

CAF_TEST(users with expired lots are found within a span of time) {
    add_lot(ann, 1, noon);
    add_lot(ann, 1, noon - 1h);
    add_lot(bob, 1, noon + 1s);
    const auto carol = add_user();
    add_lot(carol, 0, noon);
    const auto dave = add_user();
    add_lot(dave, 1, noon);
    CAF_CHECK(must(queries::list_users_with_expired_lots(db, instant{}, noon, {}, 10)) ==
              (std::vector{ann, dave}));
    CAF_CHECK(must(queries::list_users_with_expired_lots(db, instant{}, noon, {}, 1)) == std::vector{ann});
    CAF_CHECK(must(queries::list_users_with_expired_lots(db, instant{}, noon, ann, 10)) == std::vector{dave});
    CAF_CHECK(must(queries::list_users_with_expired_lots(db, noon, noon + 1h, {}, 10)) == std::vector{bob});
}

CAF_TEST(the catalogue lists what is on sale and finds what no longer is) {
    const auto style = add_style();
    CAF_CHECK_EQUAL(ids(must(queries::list_styles(db))), listed(style));
    CAF_CHECK_EQUAL(must(queries::get_style(db, style)).prompt, "a room");
    CAF_CHECK(queries::get_style(db, style_id{777}).error().code == errc::not_found);
    const auto package = add_package(50);
    CAF_CHECK_EQUAL(ids(must(queries::list_token_packages(db))), listed(package));
    execute("UPDATE token_packages SET active = false WHERE id = " + std::to_string(package.value));
    CAF_CHECK(must(queries::list_token_packages(db)).empty());
    const auto old = must(queries::get_token_package(db, package));
    CAF_CHECK_EQUAL(old.tokens_amount, 50);
    CAF_CHECK_EQUAL(old.validity_days, 90);
    CAF_CHECK(!old.active);
    CAF_CHECK_EQUAL(must(queries::get_origin_package(db, "grant")).name, "grant");
    CAF_CHECK(queries::get_origin_package(db, "package 1").error().code == errc::not_found);
    execute("INSERT INTO subscription_plans (name, tokens_amount, price_cents, \"interval\", interval_count, "
            "active, created_at, updated_at) "
            "VALUES ('a', 5, 100, 'month', 2, true, now(), now()), ('b', 5, 100, 'month', 1, false, now(), "
            "now())");
    const auto plans = must(queries::list_subscription_plans(db));
    CAF_REQUIRE_EQUAL(plans.size(), 1u);
    CAF_CHECK_EQUAL(plans[0].interval, "month");
    CAF_CHECK_EQUAL(plans[0].interval_count, 2);
    CAF_CHECK_EQUAL(plans[0].currency, "RUB");
}

CAF_TEST(an image is read with its file) {
    change_set set{ann, noon};
    const auto id = fresh<image_id>();
    set.new_images.push_back({id, fresh<blob_id>(), fresh<attachment_id>(), false, "kitchen", "{}",
                              "xtapjjcjiudrlk3tmwyjgpuobabd", "küche.png", "image/png",
                              R"({"identified":true,"width":640,"height":480})", "local", 1234,
                              "XUFAKrxLKna5cZ2REBfFkg=="});
    write({set});
    const auto image = must(queries::get_image(db, id));
    CAF_CHECK(image.id == id && image.user == ann && !image.output);
    CAF_CHECK_EQUAL(image.room_type, "kitchen");
    CAF_CHECK_EQUAL(image.key, "xtapjjcjiudrlk3tmwyjgpuobabd");
    CAF_CHECK_EQUAL(image.filename, "küche.png");
    CAF_CHECK_EQUAL(image.width, 640);
    CAF_CHECK_EQUAL(image.height, 480);
    CAF_CHECK_EQUAL(image.byte_size, 1234);
    CAF_CHECK_EQUAL(image.service_name, "local");
    execute("UPDATE active_storage_blobs SET metadata = NULL");
    CAF_CHECK_EQUAL(must(queries::get_image(db, id)).width, 0);
    CAF_CHECK(queries::get_image(db, add_image(ann)).error().code == errc::not_found); // no file
}

CAF_TEST(keys without a blob are told) {
    change_set set{ann, noon};
    set.new_images.push_back({fresh<image_id>(), fresh<blob_id>(), fresh<attachment_id>(), false, "", "{}",
                              "knownknownknownknownknown123", "a.png", "image/png", "{}", "local", 1, ""});
    write({set});
    const std::vector<std::string> keys{"unknownunknownunknownunknown", "knownknownknownknownknown123",
                                        "'; --"};
    CAF_CHECK(must(queries::list_keys_without_blob(db, keys)) ==
              (std::vector<std::string>{"unknownunknownunknownunknown", "'; --"}));
    CAF_CHECK(must(queries::list_keys_without_blob(db, {})).empty());
}

CAF_TEST(a payment is read with what it buys) {
    const auto package = add_package(50);
    const auto id = add_payment(ann, package, "inv-1");
    const auto payment = must(queries::get_payment(db, id));
    CAF_CHECK(payment.user == ann && payment.package == package);
    CAF_CHECK(payment.status == payment_status::pending);
    CAF_CHECK_EQUAL(payment.amount_cents, 4'900);
    CAF_CHECK_EQUAL(payment.tokens_amount, 50);
    CAF_CHECK_EQUAL(payment.validity_days, 90);
    CAF_CHECK(payment.expires_at == noon + 24h);
    CAF_CHECK(!payment.paid_at);
    CAF_CHECK_EQUAL(payment.cloudpayments_transaction_id, "");
    CAF_CHECK(must(queries::get_payment_by_invoice(db, "inv-1")).id == id);
    CAF_CHECK(queries::get_payment_by_invoice(db, "inv-2").error().code == errc::not_found);
    CAF_CHECK(queries::get_payment(db, payment_id{777}).error().code == errc::not_found);
    change_set paid{ann, noon};
    const auto lot = fresh<purchase_id>();
    paid.payment_changes.push_back(
        {id, payment_status::pending, payment_status::paid, "900", "Visa", "1111", noon});
    paid.new_purchases.push_back({lot, package, 50, noon, noon + 24h, id});
    paid.notifications.push_back({"pay", "pay:900", "b", "t", "credited", R"({"code":0})", id});
    write({paid});
    CAF_CHECK(must(queries::get_payment_by_transaction(db, "900")).id == id);
    CAF_CHECK(queries::get_payment_by_transaction(db, "901").error().code == errc::not_found);
    const auto after = must(queries::get_payment(db, id));
    CAF_CHECK(after.status == payment_status::paid && after.paid_at == noon);
    CAF_CHECK_EQUAL(after.card_last_four, "1111");
    const auto answer = must(queries::find_notification(db, "pay:900"));
    CAF_REQUIRE(answer);
    CAF_CHECK_EQUAL(answer->verdict, "credited");
    CAF_CHECK(answer->payment == id);
    CAF_CHECK_EQUAL(answer->deliveries, 1);
    CAF_CHECK(!must(queries::find_notification(db, "pay:901")));
}

CAF_TEST(payments are listed by user and the overdue by time) {
    const auto package = add_package(50);
    const auto one = add_payment(ann, package, "1", noon + 1h);
    const auto two = add_payment(bob, package, "2", noon + 2h);
    const auto three = add_payment(ann, package, "3", noon + 3h);
    const auto page = must(queries::list_payments(db, ann, {}, 1));
    CAF_CHECK_EQUAL(ids(page.data), listed(three));
    CAF_CHECK_EQUAL(ids(must(queries::list_payments(db, ann, payment_id{page.next}, 1)).data), listed(one));
    CAF_CHECK_EQUAL(ids(must(queries::list_overdue_payments(db, noon + 2h, {}, 10))), listed(one, two));
    CAF_CHECK_EQUAL(ids(must(queries::list_overdue_payments(db, noon + 9h, one, 1))), listed(two));
    execute("UPDATE payments SET status = 'expired' WHERE id = " + std::to_string(one.value));
    CAF_CHECK_EQUAL(ids(must(queries::list_overdue_payments(db, noon + 2h, {}, 10))), listed(two));
}

CAF_TEST(a generation is read with its run and its price while it is open) {
    const auto lot = add_lot(ann, 9);
    const auto image = add_image(ann);
    const auto style = add_style();
    const auto id = add_generation(lot, 9, image, style);
    move(id, generation_status::queued, generation_status::running);
    const auto open = must(queries::get_generation(db, id));
    CAF_CHECK(open.user == ann && open.input_image == image && open.style == style && !open.output_image);
    CAF_CHECK(open.status == generation_status::running);
    CAF_CHECK_EQUAL(open.cost, 1);
    CAF_CHECK_EQUAL(open.seed, 42);
    CAF_CHECK_EQUAL(open.parameters, R"({"prompt":"a room"})");
    CAF_CHECK_EQUAL(open.engine, "preview");
    CAF_CHECK_EQUAL(open.engine_job, "job");
    CAF_CHECK_EQUAL(open.attempt, 1);
    CAF_CHECK(open.deadline == noon + 10min && open.created_at == noon && open.updated_at == noon + 1min);
    CAF_CHECK(open.started_at == noon + 1s && !open.finished_at);
    CAF_REQUIRE_EQUAL(open.spends.size(), 1u);
    CAF_CHECK(open.spends[0].purchase == lot);
    CAF_CHECK_EQUAL(open.spends[0].amount, 1);
    move(id, generation_status::running, generation_status::failed);
    const auto failed = must(queries::get_generation(db, id));
    CAF_CHECK(failed.status == generation_status::failed);
    CAF_CHECK_EQUAL(failed.error, "canceled");
    CAF_CHECK(failed.spends.empty());
    CAF_CHECK(queries::get_generation(db, generation_id{777}).error().code == errc::not_found);
}

CAF_TEST(generations are listed newest first and the unfinished oldest first) {
    const auto lot = add_lot(ann, 9);
    const auto image = add_image(ann);
    const auto style = add_style();
    const auto one = add_generation(lot, 9, image, style);
    const auto two = add_generation(lot, 8, image, style);
    const auto three = add_generation(lot, 7, image, style);
    move(two, generation_status::queued, generation_status::running);
    move(two, generation_status::running, generation_status::succeeded);
    const auto page = must(queries::list_generations(db, ann, {}, 2));
    CAF_CHECK_EQUAL(ids(page.data), listed(three, two));
    CAF_CHECK_EQUAL(page.data[0].spends.size(), 1u);
    CAF_CHECK_EQUAL(ids(must(queries::list_generations(db, ann, generation_id{page.next}, 2)).data),
                    listed(one));
    CAF_CHECK(must(queries::list_generations(db, bob, {}, 2)).data.empty());
    const auto of_ann = must(queries::list_open_generations(db, ann, 1));
    CAF_CHECK_EQUAL(ids(of_ann.data), listed(one));
    CAF_CHECK_NOT_EQUAL(of_ann.next, 0);
    CAF_CHECK_EQUAL(ids(must(queries::list_open_generations(db, ann, 9)).data), listed(one, three));
    CAF_CHECK(must(queries::list_open_generations(db, bob, 9)).data.empty());
    const auto open = must(queries::list_unfinished_generations(db, {}, 1));
    CAF_CHECK_EQUAL(ids(open.data), listed(one));
    CAF_CHECK_EQUAL(open.data[0].spends.size(), 1u);
    const auto rest = must(queries::list_unfinished_generations(db, generation_id{open.next}, 1));
    CAF_CHECK_EQUAL(ids(rest.data), listed(three));
    CAF_CHECK_EQUAL(rest.next, 0);
}

CAF_TEST(an answer is found until it expires and then purged) {
    change_set set{ann, noon};
    set.idempotency.push_back({"k", "print", 202, R"({"id":1})", "/v1/1", noon + 1h});
    set.idempotency.push_back({"l", "print", 202, "", "", noon + 2h});
    write({set});
    const auto answer = must(queries::find_idempotency_answer(db, ann, "k", noon));
    CAF_REQUIRE(answer);
    CAF_CHECK_EQUAL(answer->fingerprint, "print");
    CAF_CHECK_EQUAL(answer->response_status, 202);
    CAF_CHECK_EQUAL(answer->response_body, R"({"id":1})");
    CAF_CHECK_EQUAL(answer->response_location, "/v1/1");
    CAF_CHECK(!must(queries::find_idempotency_answer(db, ann, "k", noon + 1h)));
    CAF_CHECK(!must(queries::find_idempotency_answer(db, bob, "k", noon)));
    CAF_CHECK_EQUAL(must(queries::purge_idempotency_keys(db, noon, 10)), 0u);
    CAF_CHECK_EQUAL(must(queries::purge_idempotency_keys(db, noon + 2h, 1)), 1u);
    CAF_CHECK_EQUAL(must(queries::purge_idempotency_keys(db, noon + 2h, 10)), 1u);
}

CAF_TEST(a query on a lost connection is unavailable) {
    CAF_CHECK(!db.execute("SELECT pg_terminate_backend(pg_backend_pid())"));
    CAF_CHECK(queries::load_wallet(db, ann).error().code == errc::unavailable);
    CAF_CHECK(queries::get_style(db, style_id{1}).error().code == errc::unavailable);
    CAF_CHECK(queries::list_generations(db, ann, {}, 1).error().code == errc::unavailable);
    CAF_CHECK(queries::find_session(db, "d", noon).error().code == errc::unavailable);
    CAF_CHECK(queries::confirm_user(db, "t", noon).error().code == errc::unavailable);
    CAF_CHECK(queries::take_outbox(db, "mail", noon, 1s, 1).error().code == errc::unavailable);
}

CAF_TEST_FIXTURE_SCOPE_END()
