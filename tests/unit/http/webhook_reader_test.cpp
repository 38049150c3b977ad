#define CAF_SUITE http_webhook_reader
#include "actors/domain/signature.hpp"
#include "http/webhook_reader.hpp"
#include "tests/support/cloudpayments/samples.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;

namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";

webhook hook_of(const test::notification_sample& sample) {
    webhook hook;
    hook.kind = sample.kind;
    hook.body = sample.body;
    hook.content_type = sample.content_type;
    hook.content_hmac = sample.content_hmac;
    hook.x_content_hmac = sample.x_content_hmac;
    return hook;
}

/// A Pay of which the gateway signed every byte.
webhook signed_pay(std::string body, std::string_view content_type = form_type) {
    webhook hook;
    hook.kind = "pay";
    hook.content_hmac = hmac_sha256_base64(body, "secret");
    hook.body = std::move(body);
    hook.content_type = content_type;
    return hook;
}

webhook_rules rules_with(std::string secret) {
    webhook_rules rules;
    rules.secret = std::move(secret);
    return rules;
}

webhook_content read(const webhook& hook, bool windows_1251 = false) {
    auto rules = rules_with("secret");
    rules.windows_1251 = windows_1251;
    auto content = webhook_reader{std::move(rules)}.read(hook);
    CAF_REQUIRE(content.has_value());
    return std::move(*content);
}

std::string problem_of(const webhook& hook, bool windows_1251 = false) {
    return read(hook, windows_1251).problem;
}

/// A webhook from there, judged by lists as the configuration has them.
std::string verdict_from(std::string sender, std::string senders) {
    settings config;
    config.payments.notification_addresses = std::move(senders);
    const webhook_reader reader{webhook_rules{config, "secret"}};
    auto hook = signed_pay("TransactionId=1");
    hook.sender = std::move(sender);
    return test::refusal(reader.read(hook));
}

} // namespace

CAF_TEST(every sample is judged and read) {
    int signed_samples = 0;
    for (const auto& sample : test::read_samples()) {
        CAF_MESSAGE(sample.name);
        const auto content = webhook_reader{rules_with(sample.secret)}.read(hook_of(sample));
        CAF_CHECK_EQUAL(test::refusal(content), sample.is_signed ? "" : "invalid_signature");
        if (!content)
            continue;
        ++signed_samples;
        CAF_CHECK_EQUAL(to_string(content->what.kind), sample.kind);
        CAF_CHECK_EQUAL(content->problem.empty(), sample.refused.empty());
        if (sample.expected.contains("business_key"))
            CAF_CHECK_EQUAL(content->what.business_key, sample.expected.at("business_key"));
        if (!sample.refused.empty())
            CAF_CHECK(content->what.business_key.find(":sha256:") != std::string::npos);
    }
    CAF_CHECK(signed_samples >= 33);
}

CAF_TEST(what cannot be read is known by its content and says why) {
    for (const auto& [body, problem] : std::vector<std::pair<std::string, std::string>>{
             {"TransactionId=1&InvoiceId=a&InvoiceId=a", "InvoiceId: It comes more than once."},
             {"TransactionId=1&TransactionId=1", "TransactionId: It comes more than once."},
             {"TransactionId=", "TransactionId: It is missing."},
             {"InvoiceId=%zz", "the form is malformed at byte 11: '%' is not followed by two hexadecimal "
                               "digits of a byte other than 0"}}) {
        const auto content = read(signed_pay(body));
        CAF_CHECK_EQUAL(content.problem, problem);
        CAF_CHECK_EQUAL(content.what.business_key, content_key(notification_kind::pay, body));
        CAF_CHECK(content.what.kind == notification_kind::pay);
    }
    CAF_CHECK(
        !problem_of(signed_pay(R"({"TransactionId":1,"TransactionId":1})", "application/json")).empty());
    CAF_CHECK(!problem_of(signed_pay("TransactionId=1", "application/json")).empty());
}

CAF_TEST(empty fields are absent and escapes may be in lower case) {
    const auto lower = read(signed_pay("TransactionId=1&InvoiceId=&Token=&AccountId=a%2bb%40c+d&Amount="));
    CAF_CHECK_EQUAL(lower.problem, "");
    CAF_CHECK_EQUAL(lower.what.invoice_id, "");
    CAF_CHECK(!lower.what.amount_cents);
    CAF_CHECK_EQUAL(lower.what.account_id, "a+b@c d");
    const auto upper = read(signed_pay("TransactionId=1&AccountId=a%2Bb%40c%20d"));
    CAF_CHECK_EQUAL(upper.what.account_id, lower.what.account_id);
}

CAF_TEST(JSON is known by its media type) {
    for (const auto* type : {"application/json", "Application/JSON", "application/json; charset=utf-8"})
        CAF_CHECK_EQUAL(read(signed_pay(R"({"TransactionId":7})", type)).what.transaction_id, "7");
    CAF_CHECK(!problem_of(signed_pay(R"({"TransactionId":7})", "application/jsonp")).empty());
}

CAF_TEST(a form in windows - 1251 is read as such when the configuration says so) {
    const std::string body = "TransactionId=1&CardType=%cc%c8%d0&AccountId=%cf\xe0&Reason=50+%88";
    const auto content = read(signed_pay(body), true);
    CAF_CHECK_EQUAL(content.problem, "");
    CAF_CHECK_EQUAL(content.what.card_type, "МИР");
    CAF_CHECK_EQUAL(content.what.account_id, "Па");
    CAF_CHECK_EQUAL(content.what.reason, "50 €");
    CAF_CHECK(!problem_of(signed_pay(body)).empty());
}

CAF_TEST(a byte that windows - 1251 does not have is an error) {
    CAF_CHECK_EQUAL(problem_of(signed_pay("TransactionId=1&Name=%98"), true),
                    "the byte 0x98 has no character in windows-1251");
    CAF_CHECK(!problem_of(signed_pay("TransactionId=1&%98=x"), true).empty());
}

CAF_TEST(fields that differ in encoding only are still duplicates) {
    CAF_CHECK(problem_of(signed_pay("TransactionId=1&%54ransactionId=1"), true).starts_with("TransactionId"));
}

CAF_TEST(JSON is UTF - 8 whatever the encoding of forms) {
    const auto content =
        read(signed_pay(R"({"TransactionId":1,"CardType":"МИР"})", "application/json"), true);
    CAF_CHECK_EQUAL(content.what.card_type, "МИР");
}

CAF_TEST(the signature is that of the raw bytes in every encoding) {
    auto hook = signed_pay("TransactionId=1&CardType=%cc%c8%d0");
    hook.body = "TransactionId=1&CardType=%CC%C8%D0"; // the same once it is decoded
    auto rules = rules_with("secret");
    rules.windows_1251 = true;
    CAF_CHECK_EQUAL(test::refusal(webhook_reader{rules}.read(hook)), "invalid_signature");
}

CAF_TEST(without a list notifications come from anywhere) {
    CAF_CHECK_EQUAL(verdict_from("192.0.2.1", ""), "");
    CAF_CHECK_EQUAL(verdict_from("", ""), "");
}

CAF_TEST(with a list they come from there) {
    const std::string gateway = "185.98.81.0/28, 2001:db8:77::/48";
    CAF_CHECK_EQUAL(verdict_from("185.98.81.3", gateway), "");
    CAF_CHECK_EQUAL(verdict_from("2001:db8:77::1", gateway), "");
    CAF_CHECK_EQUAL(verdict_from("185.98.81.16", gateway), "forbidden_address");
    CAF_CHECK_EQUAL(verdict_from("", gateway), "forbidden_address");
}

CAF_TEST(strangers are not even told whether their signature is right) {
    settings config;
    config.payments.notification_addresses = "192.0.2.1";
    const webhook_reader reader{webhook_rules{config, "secret"}};
    webhook hook = signed_pay("TransactionId=1");
    hook.content_hmac = "wrong";
    hook.sender = "192.0.2.2";
    CAF_CHECK_EQUAL(test::refusal(reader.read(hook)), "forbidden_address");
    hook.sender = "192.0.2.1";
    CAF_CHECK_EQUAL(test::refusal(reader.read(hook)), "invalid_signature");
}
