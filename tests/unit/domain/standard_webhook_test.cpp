#define CAF_SUITE standard_webhook

#include "actors/domain/standard_webhook.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

namespace {

/// The example of the Standard Webhooks specification.
const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string body = R"({"test": 2432232314})";
const instant sent{std::chrono::seconds{1614265330}};
const std::string id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const std::string signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

} // namespace

CAF_TEST(what is signed is what the specification says) {
    const auto headers = sign_webhook(id, sent, body, {secret});
    CAF_CHECK_EQUAL(headers.id, id);
    CAF_CHECK_EQUAL(headers.timestamp, "1614265330");
    CAF_CHECK_EQUAL(headers.signature, signature);
    const auto other = sign_webhook(
        "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", instant{std::chrono::seconds{1674087231}},
        R"({"type":"generation.succeeded","timestamp":"2026-03-01T09:15:30Z","data":{"id":"gen_1"}})",
        {"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"});
    CAF_CHECK_EQUAL(other.signature, "v1,5M+F1l8B+y5nSpmnNloildEoupTuuNp8rkybtEzkvsc=");
}

CAF_TEST(each secret signs and each signature is enough) {
    test::seeded_random random;
    const auto fresh = new_webhook_secret(random);
    const auto headers = sign_webhook(id, sent, body, {fresh, secret});
    CAF_CHECK(headers.signature.ends_with(" " + signature));
    CAF_CHECK(verify_webhook(headers, body, fresh, sent));
    CAF_CHECK(verify_webhook(headers, body, secret, sent));
    CAF_CHECK(!verify_webhook(headers, body, new_webhook_secret(random), sent));
    CAF_CHECK(!verify_webhook(headers, body + " ", fresh, sent));
}

CAF_TEST(a part of a second is no part of the time) {
    const auto headers = sign_webhook(id, sent + std::chrono::milliseconds{999}, body, {secret});
    CAF_CHECK_EQUAL(headers.signature, signature);
    CAF_CHECK(verify_webhook(headers, body, secret, sent + std::chrono::minutes{5}));
    CAF_CHECK(!verify_webhook(headers, body, secret, sent + std::chrono::seconds{301}));
    CAF_CHECK(!verify_webhook(headers, body, secret, sent - std::chrono::seconds{301}));
}

CAF_TEST(what is no secret signs nothing) {
    for (const auto* wrong : {"", "whsec_", "whsec_!!!!", "whsec_MfKQ9"})
        CAF_CHECK_EQUAL(sign_webhook(id, sent, body, {wrong}).signature, "");
    CAF_CHECK_EQUAL(sign_webhook(id, sent, body, {"", secret}).signature, signature);
}

CAF_TEST(secrets are 32 bytes of chance) {
    test::seeded_random random;
    const auto one = new_webhook_secret(random);
    CAF_CHECK(one.starts_with("whsec_"));
    CAF_CHECK_EQUAL(one.size(), std::string{"whsec_"}.size() + 44);
    CAF_CHECK(one != new_webhook_secret(random));
}
