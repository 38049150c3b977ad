#define CAF_SUITE migrate

#include "persistence/migrate.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

#include <array>
#include <thread>

using namespace atelier;
using namespace atelier::test;

namespace {

pg::connection open_empty() {
    return must(pg::connection::open(pg::without_limits(reach(fresh_database()))));
}

constexpr std::array<migration, 2> steps{migration{1, "first", "CREATE TABLE a (n integer)"},
                                         migration{2, "second", "CREATE TABLE b (n integer)"}};
const std::span<const migration> first_step{steps.data(), 1};

/// One text of catalogue rows that describes the schema, to compare databases.
constexpr const char* columns =
    "SELECT string_agg(concat_ws(' ', table_name, column_name, data_type, is_nullable, datetime_precision), "
    "E'\n' ORDER BY table_name, column_name) FROM information_schema.columns WHERE table_schema = 'public'";

} // namespace

CAF_TEST(steps are run once and in order) {
    auto database = open_empty();
    CAF_CHECK(!check_schema(database, steps));
    CAF_CHECK(must(migrate(database, first_step)) == (std::vector<std::string>{"first"}));
    CAF_CHECK(!check_schema(database, steps));
    CAF_CHECK(must(migrate(database, steps)) == (std::vector<std::string>{"second"}));
    CAF_CHECK(must(migrate(database, steps)).empty());
    CAF_CHECK(check_schema(database, steps).has_value());
}

CAF_TEST(a step that fails leaves nothing behind and names itself) {
    auto database = open_empty();
    const std::array<migration, 2> broken{steps[0],
                                          migration{2, "broken", "CREATE TABLE c (n integer); SELECT 1 / 0"}};
    const auto failed = migrate(database, broken);
    CAF_REQUIRE(!failed);
    CAF_CHECK(failed.error().detail.find("migration 2 (broken) failed: division by zero") !=
              std::string::npos);
    CAF_CHECK(!database.in_transaction());
    CAF_CHECK(must(migrate(database, steps)) == (std::vector<std::string>{"second"}));
    CAF_CHECK(!database.execute("SELECT FROM c"));
}

CAF_TEST(a step that was edited after it was applied is refused) {
    auto database = open_empty();
    must(migrate(database, steps));
    const std::array<migration, 2> edited{steps[0], migration{2, "second", "CREATE TABLE b (n bigint)"}};
    const auto refused = migrate(database, edited);
    CAF_REQUIRE(!refused);
    CAF_CHECK(refused.error().code == errc::state_conflict);
    CAF_CHECK(refused.error().detail.find("2 (second)") != std::string::npos);
    CAF_CHECK(!check_schema(database, edited));
}

CAF_TEST(a program goes on with a database that a later one has only added to) {
    auto database = open_empty();
    must(migrate(database, steps));
    CAF_CHECK(must(migrate(database, first_step)).empty());
    CAF_CHECK(check_schema(database, first_step).has_value());
}

CAF_TEST(a program is refused by a database from which a later one has taken what it needs) {
    auto database = open_empty();
    const std::array<migration, 3> contracted{
        steps[0], steps[1], migration{3, "third", "-- oldest program: 2\nALTER TABLE a DROP COLUMN n"}};
    must(migrate(database, contracted));
    CAF_CHECK(check_schema(database, steps).has_value());
    CAF_CHECK(must(migrate(database, steps)).empty());
    const auto refused = migrate(database, first_step);
    CAF_REQUIRE(!refused);
    CAF_CHECK(refused.error().code == errc::state_conflict);
    CAF_CHECK(refused.error().detail.find("newer") != std::string::npos);
    CAF_CHECK(!check_schema(database, first_step));
}

CAF_TEST(processes that migrate at the same time do not disturb each other) {
    const auto conninfo = fresh_database();
    std::vector<std::thread> all;
    std::atomic<std::size_t> ran{0};
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            auto database = must(pg::connection::open(pg::without_limits(reach(conninfo))));
            const auto names = migrate(database);
            ran += names ? names->size() : 100;
        });
    for (auto& thread : all)
        thread.join();
    CAF_CHECK_EQUAL(ran.load(), embedded_migrations().size());
}

CAF_TEST(every foreign key has an index that begins with it) {
    books migrated;
    CAF_CHECK_EQUAL(
        migrated.ask<std::string>(
            "SELECT string_agg(conrelid::regclass || '.' || conname, ' ') FROM pg_constraint c "
            "WHERE contype = 'f' AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid "
            "AND i.indkey[0] = c.conkey[1] AND (i.indpred IS NULL OR "
            "pg_get_expr(i.indpred, i.indrelid) LIKE '(% IS NOT NULL)'))"),
        "");
    CAF_CHECK_EQUAL(
        migrated.ask(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conname LIKE 'fk\\_rails\\_%'"),
        17);
    // As computed by Rails for add_foreign_key :images, :users.
    CAF_CHECK_EQUAL(
        migrated.ask<std::string>(
            "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND conrelid = 'images'::regclass"),
        "fk_rails_" +
            migrated.ask<std::string>("SELECT left(encode(sha256('images_user_id_fk'), 'hex'), 10)"));
}

CAF_TEST(keys come from the sequences that Rails expects and times are precise and present) {
    books migrated;
    for (const auto* table :
         {"users", "images", "styles", "generations", "token_packages", "token_purchases",
          "token_transactions", "payments", "subscription_plans", "subscriptions", "active_storage_blobs",
          "active_storage_attachments", "active_storage_variant_records"}) {
        CAF_MESSAGE(table);
        const auto name = std::string{table};
        CAF_CHECK_EQUAL(migrated.ask<std::string>("SELECT pg_get_serial_sequence('" + name + "', 'id')"),
                        "public." + name + "_id_seq");
        CAF_CHECK_EQUAL(migrated.ask<std::string>("SELECT data_type::text FROM information_schema.columns "
                                                  "WHERE column_name = 'id' AND table_name = '" +
                                                  name + "'"),
                        "bigint");
    }
    CAF_CHECK_EQUAL(
        migrated.ask("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND "
                     "data_type LIKE 'timestamp%' "
                     "AND (data_type <> 'timestamp without time zone' OR datetime_precision <> 6)"),
        0);
    CAF_CHECK_EQUAL(
        migrated.ask("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' "
                     "AND column_name IN ('created_at', 'updated_at') AND is_nullable = 'YES'"),
        0);
}

CAF_TEST(every status and kind and operation is checked) {
    books migrated;
    const auto user = std::to_string(migrated.add_user().value);
    const auto refused = [&](const std::string& sql) {
        const auto result = migrated.database().execute(sql);
        return !result && migrated.database().last_error().kind == pg::error_kind::check_violation;
    };
    CAF_CHECK(refused("INSERT INTO images (user_id, kind, created_at, updated_at) VALUES (" + user +
                      ", 'sideways', now(), now())"));
    CAF_CHECK(refused("INSERT INTO generations (user_id, input_image_id, style_id, status, created_at, "
                      "updated_at) VALUES (" +
                      user + ", 1, 1, 'lost', now(), now())"));
    CAF_CHECK(refused(
        "INSERT INTO token_transactions (user_id, operation, amount, created_at, updated_at) VALUES (" +
        user + ", 'gift', 1, now(), now())"));
    CAF_CHECK(refused("INSERT INTO payments (user_id, token_package_id, amount_cents, status, created_at, "
                      "updated_at) VALUES (" +
                      user + ", 1, 1, 'lost', now(), now())"));
    CAF_CHECK(
        refused("INSERT INTO subscriptions (user_id, plan_id, status, created_at, updated_at) VALUES (" +
                user + ", 1, 'lost', now(), now())"));
    CAF_CHECK(refused("INSERT INTO subscription_plans (name, tokens_amount, price_cents, \"interval\", "
                      "interval_count, created_at, updated_at) VALUES ('p', 1, 1, 'hour', 1, now(), now())"));
    const auto lot = migrated.add_lot(user_id{std::stoll(user)}, 3);
    CAF_CHECK(
        refused("UPDATE token_purchases SET tokens_remaining = -1 WHERE id = " + std::to_string(lot.value)));
    for (int i = 0; i < 7; ++i)
        must(migrated.database().execute(
            "INSERT INTO token_transactions (user_id, operation, amount, created_at, updated_at) VALUES (" +
            user + ", '" + std::string{to_string(static_cast<operation>(i))} + "', 0, now(), now())"));
}

CAF_TEST(the journal refuses every change in every kind of session) {
    books migrated;
    migrated.add_lot(migrated.add_user(), 3);
    for (const auto* role : {"origin", "replica"}) {
        migrated.execute(std::string{"SET session_replication_role = "} + role);
        CAF_CHECK(!migrated.database().execute("UPDATE token_transactions SET amount = 4"));
        CAF_CHECK(!migrated.database().execute("DELETE FROM token_transactions"));
        CAF_CHECK(!migrated.database().execute("TRUNCATE token_transactions"));
    }
    CAF_CHECK_EQUAL(migrated.ask("SELECT sum(amount) FROM token_transactions"), 3);
}

CAF_TEST(lots are updated in place) {
    books migrated;
    const auto lot = migrated.add_lot(migrated.add_user(), 100);
    for (int i = 0; i < 10; ++i)
        migrated.execute("UPDATE token_purchases SET tokens_remaining = tokens_remaining - 1, updated_at = "
                         "now() WHERE id = " +
                         std::to_string(lot.value));
    migrated.execute("SELECT pg_stat_force_next_flush()");
    CAF_CHECK_EQUAL(
        migrated.ask(
            "SELECT n_tup_upd - n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'token_purchases'"),
        0);
    CAF_CHECK_EQUAL(
        migrated.ask("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'token_purchases'"), 10);
}

CAF_TEST(lots that were not bought have packages to point to) {
    books migrated;
    CAF_CHECK_EQUAL(migrated.ask<std::string>(
                        "SELECT string_agg(name, ' ' ORDER BY name) FROM token_packages WHERE NOT active"),
                    "grant subscription");
}

CAF_TEST(tables that Rails has made are adopted with their rows and get only what they lack) {
    const auto conninfo = fresh_database();
    books rails{conninfo};
    // A few tables as an application could have them: a wider column, a foreign key and an index of its own.
    rails.execute(R"(
        CREATE TABLE users (id bigserial PRIMARY KEY, email varchar NOT NULL DEFAULT '', encrypted_password varchar NOT NULL DEFAULT '',
            reset_password_token varchar, reset_password_sent_at timestamp(6), remember_created_at timestamp(6), confirmation_token varchar,
            confirmed_at timestamp(6), confirmation_sent_at timestamp(6), unconfirmed_email varchar, admin boolean,
            created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
        CREATE UNIQUE INDEX index_users_on_email ON users (email);
        CREATE TABLE images (id bigserial PRIMARY KEY, user_id bigint NOT NULL CONSTRAINT fk_own_name REFERENCES users (id), kind varchar NOT NULL,
            room_type varchar, metadata jsonb, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
        CREATE TABLE token_packages (id bigserial PRIMARY KEY, name varchar, tokens_amount integer, price_cents bigint,
            validity_days integer DEFAULT 90, active boolean DEFAULT true, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
        INSERT INTO users (email, admin, created_at, updated_at) VALUES ('old@example.com', true, now(), now());
        INSERT INTO images (user_id, kind, metadata, created_at, updated_at) VALUES (1, 'input', '{"a": 1}', now(), now());
        INSERT INTO token_packages (name, tokens_amount, price_cents, active, created_at, updated_at) VALUES ('grant', 7, 0, false, now(), now()))");
    const std::string adopted =
        std::string{columns} + " AND table_name IN ('users', 'images', 'token_packages')";
    const auto before = rails.ask<std::string>(adopted);
    must(migrate(rails.database()));
    CAF_CHECK_EQUAL(rails.ask<std::string>(adopted), before);
    CAF_CHECK_EQUAL(rails.ask<std::string>("SELECT email FROM users WHERE admin"), "old@example.com");
    CAF_CHECK_EQUAL(rails.ask<std::string>("SELECT string_agg(conname::text, ' ') FROM pg_constraint WHERE "
                                           "contype = 'f' AND conrelid = 'images'::regclass"),
                    "fk_own_name");
    CAF_CHECK_EQUAL(rails.ask<std::string>("SELECT string_agg(conname::text, ' ') FROM pg_constraint WHERE "
                                           "contype = 'c' AND conrelid = 'images'::regclass"),
                    "images_kind_check");
    CAF_CHECK_EQUAL(
        rails.ask("SELECT count(*) FROM pg_indexes WHERE indexname IN ('index_images_on_user_id', "
                  "'index_users_on_email', 'index_users_on_confirmation_token')"),
        3);
    CAF_CHECK_EQUAL(rails.ask("SELECT count(*) FROM token_packages WHERE name = 'grant'"), 1);
    CAF_CHECK_EQUAL(rails.ask("SELECT count(*) FROM token_packages WHERE name = 'subscription'"), 1);
}

CAF_TEST(a whole schema that is already there is adopted unchanged) {
    books full;
    const auto before = full.ask<std::string>(columns);
    const auto constraints = full.ask("SELECT count(*) FROM pg_constraint");
    const auto indexes = full.ask("SELECT count(*) FROM pg_indexes");
    must(full.database().execute(std::string{embedded_migrations()[0].sql}));
    CAF_CHECK(full.ask<std::string>(columns) == before);
    CAF_CHECK_EQUAL(full.ask("SELECT count(*) FROM pg_constraint"), constraints);
    CAF_CHECK_EQUAL(full.ask("SELECT count(*) FROM pg_indexes"), indexes);
}
