#define CAF_SUITE references

#include "persistence/references.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <numeric>

using namespace atelier;

namespace {

const instant noon = std::chrono::sys_days{std::chrono::year{2024} / 5 / 1} + std::chrono::hours{12};

/// Everything that must be locked, as text.
std::string needed(const std::vector<change_set>& sets) {
    std::vector<std::size_t> all(sets.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto joined = join(sets, all);
    CAF_REQUIRE(!joined.contradiction);
    const references found{joined.data};
    std::string text;
    const auto list = [&](std::string_view name, auto ids) {
        std::ranges::sort(ids);
        for (const auto id : ids)
            text += std::string{name} + std::to_string(id.value) + " ";
    };
    list("user", found.users);
    for (std::size_t i = 0; i < found.images.id.size(); ++i)
        text += "image" + std::to_string(found.images.id[i].value) + "of" +
                std::to_string(found.images.owner[i].value) + " ";
    list("style", found.styles);
    list("package", found.packages);
    list("purchase", found.purchases);
    list("generation", found.generations);
    list("payment", found.payments);
    return text;
}

change_set spend(std::int64_t user, std::int64_t lot, tokens expected, std::int64_t generation,
                 std::int64_t image) {
    change_set set{user_id{user}, noon};
    set.purchase_changes.push_back({purchase_id{lot}, expected, expected - 1, std::nullopt});
    set.journal.push_back({transaction_id{generation}, purchase_id{lot}, generation_id{generation},
                           operation::spend, -1, std::nullopt});
    set.new_generations.push_back(
        {generation_id{generation}, image_id{image}, style_id{3}, 1, 0, "{}", noon});
    return set;
}

change_set credit(std::int64_t user, std::int64_t lot) {
    change_set set{user_id{user}, noon};
    set.new_purchases.push_back({purchase_id{lot}, token_package_id{5}, 9, noon, noon, payment_id{8}});
    set.journal.push_back(
        {transaction_id{1}, purchase_id{lot}, std::nullopt, operation::purchase, 9, std::nullopt});
    return set;
}

} // namespace

CAF_TEST(nothing refers to nothing) {
    CAF_CHECK_EQUAL(needed({}), "");
}

CAF_TEST(a spend needs its picture and style and the lot speaks for the user) {
    CAF_CHECK_EQUAL(needed({spend(1, 7, 10, 20, 40), spend(1, 7, 9, 21, 40), spend(2, 8, 5, 22, 41)}),
                    "image40of1 image41of2 style3 ");
}

CAF_TEST(a new lot does not speak for its user) {
    CAF_CHECK_EQUAL(needed({credit(1, 7)}), "user1 package5 payment8 ");
    auto used = credit(1, 7);
    used.purchase_changes.push_back({purchase_id{7}, 9, 8, std::nullopt});
    CAF_CHECK_EQUAL(needed({used}), "user1 package5 payment8 ");
}

CAF_TEST(a change shows that its row is there) {
    auto set = credit(1, 7);
    set.payment_changes.push_back(
        {payment_id{8}, payment_status::pending, payment_status::paid, "", "", "", noon});
    CAF_CHECK_EQUAL(needed({set}), "user1 package5 ");
    change_set refund{user_id{1}, noon};
    refund.purchase_changes.push_back({purchase_id{7}, 1, 2, std::nullopt});
    refund.journal.push_back(
        {transaction_id{1}, purchase_id{7}, generation_id{20}, operation::refund, 1, std::nullopt});
    CAF_CHECK_EQUAL(needed({refund}), "generation20 ");
    refund.generation_changes.push_back(
        {generation_id{20}, generation_status::running, generation_status::failed, std::nullopt, "e"});
    CAF_CHECK_EQUAL(needed({refund}), "");
}

CAF_TEST(a journal row without its lot needs both) {
    change_set set{user_id{1}, noon};
    set.journal.push_back(
        {transaction_id{1}, purchase_id{7}, std::nullopt, operation::grant, 0, std::nullopt});
    CAF_CHECK_EQUAL(needed({set}), "user1 purchase7 ");
}

CAF_TEST(an output is made by the batch or must belong to the user) {
    change_set set{user_id{1}, noon};
    set.generation_changes.push_back(
        {generation_id{20}, generation_status::running, generation_status::succeeded, image_id{50}, ""});
    CAF_CHECK_EQUAL(needed({set}), "image50of1 ");
    new_image output;
    output.id = image_id{50};
    set.new_images.push_back(output);
    CAF_CHECK_EQUAL(needed({set}), "user1 ");
}

CAF_TEST(an idempotency key and an order and a picture need their user) {
    change_set key{user_id{1}, noon};
    key.idempotency.push_back({"k", "f", 200, "{}", "", noon});
    change_set order{user_id{2}, noon};
    order.new_payments.push_back({payment_id{8}, token_package_id{5}, 100, "RUB", "i", noon});
    change_set picture{user_id{3}, noon};
    picture.new_images.emplace_back();
    CAF_CHECK_EQUAL(needed({key, order, picture}), "user1 user2 user3 package5 ");
}

CAF_TEST(a notification refers to its payment) {
    change_set set{user_id{}, noon};
    notification_record record;
    record.business_key = "pay 1";
    record.payment = payment_id{8};
    set.notifications.push_back(record);
    CAF_CHECK_EQUAL(needed({set}), "payment8 ");
}
