#define CAF_SUITE cloudpayments

#include "actors/domain/signature.hpp"
#include "actors/gateways/cloudpayments.hpp"
#include "actors/gateways/cloudpayments_notification.hpp"
#include "tests/support/cloudpayments/samples.hpp"
#include "tests/support/test.hpp"

#include <boost/json/parse.hpp>

#include <set>

using namespace atelier;

namespace {

using value_map = std::map<std::string, std::string>;

/// The pairs of a form body. Splitting at `&` and `=` suffices for what the gateway sends.
field_list form_fields(std::string_view body) {
    field_list fields;
    while (!body.empty()) {
        const auto end = std::min(body.find('&'), body.size());
        const auto pair = body.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        fields.emplace_back(form_decoded(pair.substr(0, equals)),
                            form_decoded(pair.substr(std::min(equals + 1, pair.size()))));
        body.remove_prefix(std::min(end + 1, body.size()));
    }
    return fields;
}

outcome<notification> read(const test::notification_sample& sample) {
    const auto kind = parse_notification_kind(sample.kind);
    if (!sample.json())
        return parse_notification(kind, form_fields(sample.body));
    const auto fields = json_fields(sample.body);
    return fields ? parse_notification(kind, *fields) : outcome<notification>{fields.error()};
}

std::string written(instant at) {
    const auto seconds = std::chrono::system_clock::to_time_t(at);
    std::string text(32, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", std::gmtime(&seconds)));
    return text;
}

/// What was read, field by field; absent fields are left out.
value_map written(const notification& n) {
    constexpr std::array statuses{
        "", "awaiting_authentication", "authorized", "completed", "cancelled", "declined", "other"};
    value_map values{
        {"business_key", n.business_key},
        {"transaction_id", n.transaction_id},
        {"payment_transaction_id", n.payment_transaction_id},
        {"amount_cents", n.amount_cents ? std::to_string(*n.amount_cents) : ""},
        {"currency", n.currency},
        {"invoice_id", n.invoice_id},
        {"account_id", n.account_id},
        {"subscription_id", n.subscription_id},
        {"token", n.token},
        {"card_type", n.card_type},
        {"card_last_four", n.card_last_four},
        {"reason", n.reason},
        {"reason_code", n.reason_code ? std::to_string(*n.reason_code) : ""},
        {"status", statuses.at(static_cast<std::size_t>(n.status))},
        {"standing", std::string{to_string(n.standing)}},
        {"successes", n.successes ? std::to_string(*n.successes) : ""},
        {"test_mode", n.test_mode ? (*n.test_mode ? "1" : "0") : ""},
        {"date_time", n.date_time ? written(*n.date_time) : ""},
    };
    std::erase_if(values, [](const auto& field) { return field.second.empty(); });
    return values;
}

std::string written(const value_map& values) {
    std::string text;
    for (const auto& [name, value] : values)
        text.append(name).append("=").append(value).append("\n");
    return text;
}

/// "field code" of a refusal, or "" when it was read.
std::string refusal(const outcome<notification>& read) {
    if (read)
        return "";
    return read.error().fields.at(0).field + " " + read.error().fields.at(0).code;
}

field_list pay_with(std::string name, std::string value) {
    return {{"TransactionId", "1"}, {std::move(name), std::move(value)}};
}

notification read_pay_with(std::string name, std::string value) {
    return parse_notification(notification_kind::pay, pay_with(std::move(name), std::move(value))).value();
}

std::string refuse_pay_with(std::string name, std::string value) {
    return refusal(parse_notification(notification_kind::pay, pay_with(std::move(name), std::move(value))));
}

std::string key_of(notification_kind kind, const field_list& fields) {
    return parse_notification(kind, fields)->business_key;
}

} // namespace

CAF_TEST(every sample is read as it must be) {
    int read_samples = 0;
    for (const auto& sample : test::read_samples()) {
        if (sample.expected.empty() && sample.refused.empty())
            continue;
        CAF_MESSAGE(sample.name);
        const auto result = read(sample);
        CAF_CHECK_EQUAL(refusal(result), sample.refused);
        if (result) {
            CAF_CHECK_EQUAL(written(written(*result)), written(sample.expected));
            CAF_CHECK_EQUAL(to_string(result->kind), sample.kind);
        }
        ++read_samples;
    }
    CAF_CHECK(read_samples >= 33);
}

CAF_TEST(no sample is missing and each says what it expects) {
    std::set<std::string> groups;
    for (const auto& sample : test::read_samples()) {
        const auto group = sample.name.substr(0, sample.name.find('_'));
        groups.insert(group);
        CAF_MESSAGE(sample.name);
        CAF_CHECK(!sample.kind.empty() && !sample.secret.empty() && !sample.content_type.empty());
        // Those of v09 are one notification under signatures that are right or wrong.
        CAF_CHECK_EQUAL(sample.expected.empty() && sample.refused.empty(), group == "v09");
    }
    for (const auto& [letter, count] : {std::pair{'s', 20}, std::pair{'v', 9}})
        for (int number = 1; number <= count; ++number)
            CAF_CHECK_EQUAL(
                groups.count(letter + std::string{number < 10 ? "0" : ""} + std::to_string(number)), 1u);
}

CAF_TEST(the form and the JSON spelling of a payment read the same) {
    const auto json =
        json_fields(R"({"TransactionId":900000001,"Amount":990.0,"Currency":"RUB","InvoiceId":"pay-1001",
        "AccountId":"42","TestMode":true,"Status":"Completed","Token":null,"Data":{"package_id":[3]}})");
    CAF_REQUIRE(json.has_value());
    const auto form =
        form_fields("TransactionId=900000001&Amount=990.00&Currency=RUB&InvoiceId=pay-1001&AccountId=42"
                    "&TestMode=1&Status=Completed&Token=&Data=%7b%7d");
    const auto from_json = parse_notification(notification_kind::pay, *json);
    const auto from_form = parse_notification(notification_kind::pay, form);
    CAF_REQUIRE(from_json.has_value() && from_form.has_value());
    CAF_CHECK_EQUAL(written(written(*from_json)), written(written(*from_form)));
}

CAF_TEST(a repeated field is refused whichever it is) {
    for (const std::string name : {"Amount", "Unknown", ""}) {
        field_list fields{{"TransactionId", "1"}, {name, "1"}, {name, "1"}};
        CAF_CHECK_EQUAL(refusal(parse_notification(notification_kind::pay, fields)), name + " duplicate");
    }
    const auto json = json_fields(R"({"TransactionId":1,"InvoiceId":"a","InvoiceId":"a"})");
    CAF_REQUIRE(json.has_value());
    CAF_CHECK_EQUAL(refusal(parse_notification(notification_kind::pay, *json)), "InvoiceId duplicate");
}

CAF_TEST(unknown fields are tolerated) {
    CAF_CHECK_EQUAL(read_pay_with("FieldOfTheYear2030", "\xff\x01").transaction_id, "1");
}

CAF_TEST(a notification without its identifier is refused) {
    using kind = notification_kind;
    for (const auto k : {kind::check, kind::pay, kind::fail, kind::confirm, kind::cancel, kind::refund}) {
        CAF_CHECK_EQUAL(refusal(parse_notification(k, {})), "TransactionId required");
        CAF_CHECK_EQUAL(refusal(parse_notification(k, {{"TransactionId", ""}})), "TransactionId required");
    }
    CAF_CHECK_EQUAL(refusal(parse_notification(kind::refund, {{"TransactionId", "1"}})),
                    "PaymentTransactionId required");
    CAF_CHECK_EQUAL(refusal(parse_notification(kind::recurrent, {{"TransactionId", "1"}})), "Id required");
    CAF_CHECK_EQUAL(refusal(parse_notification(kind::receipt, {{"TransactionId", "1"}})), "Id required");
}

CAF_TEST(what decides about money must be readable) {
    for (const std::string amount : {"-1.00", "1,00", "1e2", "ten", "1.001", "99999999999999999999"})
        CAF_CHECK_EQUAL(refuse_pay_with("Amount", amount), "Amount invalid");
    for (const std::string flag : {"2", "yes", "TRUE "})
        CAF_CHECK_EQUAL(refuse_pay_with("TestMode", flag), "TestMode invalid");
    for (const auto& id :
         {std::string(256, 'x'), std::string{"a\0b", 3}, std::string{"a\nb"}, std::string{"\x7f"},
          std::string{"\xcc\xee\xf1"}, std::string{"\xc0\x80"}, std::string{"\xed\xa0\x80"},
          std::string{"\xf4\x90\x80\x80"}, std::string{"\xf5\x80\x80\x80"}, std::string{"\xe2\x82"},
          std::string{"\xe0\x80\x80"}})
        for (const std::string name : {"InvoiceId", "AccountId", "Currency", "SubscriptionId", "Token"})
            CAF_CHECK_EQUAL(refuse_pay_with(name, id), name + " invalid");
}

CAF_TEST(what only informs is dropped when it cannot be read) {
    CAF_CHECK_EQUAL(read_pay_with("CardType", "\xcc\xc8\xd0").card_type, "");
    CAF_CHECK_EQUAL(read_pay_with("Reason", std::string(256, 'x')).reason, "");
    CAF_CHECK(!read_pay_with("ReasonCode", "5x").reason_code);
    CAF_CHECK(!read_pay_with("ReasonCode", "99999999999").reason_code);
    for (const std::string date :
         {"2026-02-30 10:00:00", "2026-13-01 10:00:00", "2026-02-01 24:00:00", "2026-02-01",
          "2026-02-01 10:00:00+03:00", "yesterday", "2026-02-01_10:00:00"})
        CAF_CHECK(!read_pay_with("DateTime", date).date_time);
}

CAF_TEST(text of every script is kept) {
    const std::string longest(255, 'x');
    for (const std::string text : {"МИР", "\xf0\x9f\x92\xb3", "\xef\xbf\xbd", "é", longest.c_str()})
        CAF_CHECK_EQUAL(read_pay_with("CardType", text).card_type, text);
}

CAF_TEST(both spellings of flags and dates are read) {
    for (const std::string yes : {"1", "true", "True"})
        CAF_CHECK(read_pay_with("TestMode", yes).test_mode == true);
    for (const std::string no : {"0", "false", "False"})
        CAF_CHECK(read_pay_with("TestMode", no).test_mode == false);
    CAF_CHECK(!read_pay_with("TestMode", "").test_mode);
    for (const std::string date : {"2026-02-28 23:59:59", "2026-02-28T23:59:59", "2026-02-28T23:59:59Z",
                                   "2026-02-28T23:59:59.1234567Z"})
        CAF_CHECK_EQUAL(written(read_pay_with("DateTime", date).date_time.value()), "2026-02-28 23:59:59");
}

CAF_TEST(each kind of notification has a business key of its own) {
    using kind = notification_kind;
    const field_list one{{"TransactionId", "1"}, {"PaymentTransactionId", "9"}, {"Id", "r1"}};
    CAF_CHECK_EQUAL(key_of(kind::pay, one), "pay:1");
    CAF_CHECK_EQUAL(key_of(kind::refund, one), "refund:1");
    CAF_CHECK_EQUAL(key_of(kind::receipt, one), "receipt:r1");
    const field_list plan{{"Id", "sc_1"}, {"Status", "Active"}, {"SuccessfulTransactionsNumber", "3"}};
    CAF_CHECK_EQUAL(key_of(kind::recurrent, plan), "recurrent:sc_1:Active:3:");
}

CAF_TEST(a notification without identifier is known by its content) {
    const auto key = [](const field_list& fields) { return key_of(notification_kind::other, fields); };
    CAF_CHECK_EQUAL(key({{"a", "b"}}), key({{"a", "b"}}));
    CAF_CHECK_NOT_EQUAL(key({{"a", "b"}}), key({{"a", "c"}}));
    CAF_CHECK_NOT_EQUAL(key({{"a", "bc"}}), key({{"ab", "c"}}));
    CAF_CHECK_EQUAL(
        content_key(notification_kind::pay, "abc"),
        "pay:sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-2, B.1
}

CAF_TEST(JSON numbers keep their spelling and nested values are left out) {
    const auto fields = json_fields(
        R"({"a":990.0,"b":12345678901234567890123,"c":-0.10,"d":"\u043c\"","e":{"a":[1,{"x":"y"}]},"f":[1,"2"],"g":false,"h":null,"":7})");
    CAF_REQUIRE(fields.has_value());
    CAF_CHECK(*fields == (field_list{{"a", "990.0"},
                                     {"b", "12345678901234567890123"},
                                     {"c", "-0.10"},
                                     {"d", "м\""},
                                     {"g", "false"},
                                     {"h", ""},
                                     {"", "7"}}));
    CAF_CHECK(json_fields("{}")->empty());
    CAF_CHECK(json_fields(" {\"a\" : \"\"}\r\n").value() == (field_list{{"a", ""}}));
}

CAF_TEST(what is not one JSON object is refused) {
    const std::string deep(1'000'000, '[');
    for (const std::string_view text :
         {"", "1", "\"x\"", "null", "[]", "[{\"a\":1}]", "{", "{\"a\":1", "{\"a\":1}x", "{a:1}", "{\"a\":1,}",
          "{\"a\":\"\xff\"}", "TransactionId=1", deep.c_str()}) {
        const auto fields = json_fields(text);
        CAF_CHECK(!fields.has_value());
        if (!fields)
            CAF_CHECK(fields.error().code == errc::malformed_json);
    }
}

CAF_TEST(replies are JSON objects with a numeric code) {
    CAF_CHECK_EQUAL(reply_body(0), R"({"code":0})");
    CAF_CHECK_EQUAL(reply_body(13), R"({"code":13})");
}

CAF_TEST(the checkout parameters are the argument of the payment widget) {
    checkout_order order;
    order.invoice_id = "inv-7";
    order.amount_cents = 99'000;
    order.currency = "RUB";
    order.account_id = "42";
    order.email = "payer@example.com";
    order.description = "50 \"tokens\"";
    const cloudpayments driver{{"pk_test", "en-US", "classic"}};
    CAF_CHECK_EQUAL(driver.name(), "cloudpayments");
    CAF_CHECK_EQUAL(
        driver.checkout_parameters(order),
        R"({"publicTerminalId":"pk_test","paymentSchema":"Single","amount":990.00,"currency":"RUB",)"
        R"("description":"50 \"tokens\"","externalId":"inv-7",)"
        R"("userInfo":{"accountId":"42","email":"payer@example.com"},"culture":"en-US","skin":"classic"})");
}

CAF_TEST(checkout parameters stay JSON whatever is written into them) {
    checkout_order order;
    order.amount_cents = 1;
    order.account_id = "42";
    order.description = "</script>\n\\ \"Пакет\"";
    const cloudpayments driver{{"pk", "ru-RU", "modern"}};
    const auto parsed = boost::json::parse(driver.checkout_parameters(order)).as_object();
    CAF_CHECK(parsed.at("description").as_string() == order.description);
    CAF_CHECK_EQUAL(parsed.at("amount").to_number<double>(), 0.01);
    CAF_CHECK(!parsed.at("userInfo").as_object().contains("email"));
}
