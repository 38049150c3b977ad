#define CAF_SUITE management_users

#include "persistence/queries/api_keys.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/management_users.hpp"
#include "persistence/queries/payments.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

class fixture : public books {
public:
    user_id add(const std::string& email) {
        const auto user = add_user();
        execute("UPDATE users SET email = '" + email + "' WHERE id = " + std::to_string(user.value));
        return user;
    }
    std::vector<std::string> found(std::string_view prefix, user_id before = {}, std::int32_t limit = 10) {
        std::vector<std::string> emails;
        for (const auto& user : must(queries::find_users(database(), prefix, before, limit, noon)).data)
            emails.push_back(user.email);
        return emails;
    }
};

using emails = std::vector<std::string>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(management_users_tests, fixture)

CAF_TEST(users are found by how their address begins) {
    add("ann@example.com");
    const auto anna = add("anna@example.com");
    add("a_n@example.com");
    add("ян@example.com");
    CAF_CHECK(found("ann") == emails({"anna@example.com", "ann@example.com"}));
    CAF_CHECK(found("ANN@") == emails({"ann@example.com"}));
    CAF_CHECK(found("a_") == emails({"a_n@example.com"})); // no pattern
    CAF_CHECK(found("%").empty());
    CAF_CHECK(found("я") == emails({"ян@example.com"}));
    CAF_CHECK(found("ann", anna) == emails({"ann@example.com"}));
    CAF_CHECK_EQUAL(found("", {}, 3).size(), 3u);
    CAF_CHECK_EQUAL(must(queries::find_users(database(), "ann", {}, 1, noon)).next, anna.value);
}

CAF_TEST(a user is shown with what is left to spend) {
    const auto ann = add("ann@example.com");
    add_lot(ann, 10);
    add_lot(ann, 5, noon - std::chrono::hours{1});
    const auto shown = must(queries::get_managed_user(database(), ann, noon));
    CAF_CHECK_EQUAL(shown.balance, 10);
    CAF_CHECK(!shown.blocked_at);
    CAF_CHECK(queries::get_managed_user(database(), user_id{999'999}, noon).error().code == errc::not_found);
}

CAF_TEST(a block ends sessions and stops API keys until it is lifted) {
    const auto ann = add("ann@example.com");
    const auto owner = std::to_string(ann.value);
    const auto begin_session = [&](const std::string& digest) {
        execute(
            "INSERT INTO sessions (digest, user_id, remember, created_at, expires_at, last_used_at, ends_at) "
            "VALUES ('" +
            digest + "', " + owner + ", false, now(), 'infinity', now(), 'infinity')");
        return ask("SELECT count(*) FROM sessions WHERE digest = '" + digest + "'");
    };
    CAF_CHECK_EQUAL(begin_session("one"), 1);
    api_key_record key;
    key.user = ann;
    key.digest = "key";
    key.name = "robot";
    key.may = {scope::read};
    key.created_at = noon;
    must(queries::insert_api_key(database(), key, 50));
    must(queries::block_user(database(), ann, "Chargebacks", noon));
    must(queries::block_user(database(), ann, "Fraud", noon + std::chrono::hours{1}));
    const auto shown = must(queries::get_managed_user(database(), ann, noon));
    CAF_CHECK_EQUAL(shown.blocked_for, "Fraud");
    CAF_CHECK(shown.blocked_at == noon);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM sessions"), 0);
    CAF_CHECK_EQUAL(begin_session("two"), 0);
    CAF_CHECK(must(queries::is_blocked(database(), ann)));
    CAF_CHECK(!must(queries::find_api_key(database(), "key", noon)));
    must(queries::unblock_user(database(), ann));
    CAF_CHECK(!must(queries::is_blocked(database(), ann)));
    CAF_CHECK(must(queries::find_api_key(database(), "key", noon)));
    CAF_CHECK_EQUAL(begin_session("three"), 1);
    CAF_CHECK(queries::block_user(database(), user_id{999'999}, "x", noon).error().code == errc::not_found);
}

CAF_TEST(everybody s payments are found by user status invoice and transaction) {
    const auto ann = add("ann@example.com");
    const auto bob = add("bob@example.com");
    const auto package = std::to_string(add_package(5).value);
    const auto pay = [&](user_id user, const char* state, const std::string& name) {
        return payment_id{
            ask("INSERT INTO payments (user_id, token_package_id, amount_cents, currency, status, "
                "cloudpayments_invoice_id, cloudpayments_transaction_id, created_at, updated_at) VALUES (" +
                std::to_string(user.value) + ", " + package + ", 100, 'RUB', '" + state + "', 'at-" + name +
                "', '" + name + "', now(), now()) RETURNING id")};
    };
    const auto one = pay(ann, "cancelled", "1");
    const auto two = pay(ann, "expired", "2");
    const auto three = pay(bob, "cancelled", "3");
    const auto found = [&](const payment_filter& filter, payment_id before = {}) {
        std::vector<payment_id> ids;
        for (const auto& payment : must(queries::find_payments(database(), filter, before, 10)).data)
            ids.push_back(payment.id);
        return ids;
    };
    using ids = std::vector<payment_id>;
    payment_filter filter;
    CAF_CHECK(found(filter) == ids({three, two, one}));
    CAF_CHECK(found(filter, three) == ids({two, one}));
    filter.status = payment_status::cancelled;
    CAF_CHECK(found(filter) == ids({three, one}));
    filter.user = ann;
    CAF_CHECK(found(filter) == ids({one}));
    filter.transaction_id = "3";
    CAF_CHECK(found(filter).empty());
    filter.user = bob;
    filter.invoice_id = "at-3";
    CAF_CHECK(found(filter) == ids({three}));
    filter.transaction_id.clear();
    CAF_CHECK(found(filter) == ids({three}));
    filter.invoice_id = "at-1";
    CAF_CHECK(found(filter).empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
