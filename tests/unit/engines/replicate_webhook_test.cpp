#define CAF_SUITE replicate_webhook

#include "actors/engines/replicate.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

namespace {

/// The example of the Standard Webhooks specification, which Replicate follows.
const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string body = R"({"test": 2432232314})";
const instant sent{std::chrono::seconds{1614265330}};

replicate_signature header(std::string signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=") {
    replicate_signature result;
    result.id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    result.timestamp = "1614265330";
    result.signature = std::move(signature);
    return result;
}

bool passes(const replicate_signature& signature) {
    return verify_replicate_webhook(signature, body, secret, sent);
}

} // namespace

CAF_TEST(a signature is right for its text alone) {
    CAF_CHECK(passes(header()));
    CAF_CHECK(!verify_replicate_webhook(header(), body + " ", secret, sent));
    CAF_CHECK(!verify_replicate_webhook(header(), body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx", sent));
    auto other = header();
    other.id += "x";
    CAF_CHECK(!passes(other));
}

CAF_TEST(one of several signatures is enough) {
    const auto right = header().signature;
    CAF_CHECK(passes(header("v1,AAAA " + right)));
    CAF_CHECK(passes(header(right + " v2,AAAA")));
    CAF_CHECK(!passes(header("v2," + right.substr(3))));
    CAF_CHECK(!passes(header("v1,")));
    CAF_CHECK(!passes(header("")));
    CAF_MESSAGE("but only so many are looked at");
    std::string many;
    for (int i = 0; i < 10; ++i)
        many += "v1,AAAA ";
    CAF_CHECK(!passes(header(many + right)));
}

CAF_TEST(old and future messages are refused) {
    const auto at = [](std::chrono::seconds later) {
        return verify_replicate_webhook(header(), body, secret, sent + later);
    };
    CAF_CHECK(at(std::chrono::seconds{300}));
    CAF_CHECK(!at(std::chrono::seconds{301}));
    CAF_CHECK(at(std::chrono::seconds{-300}));
    CAF_CHECK(!at(std::chrono::seconds{-301}));
    for (const auto* time : {"", "x", "1614265330x", "-1", "99999999999999999999"}) {
        auto other = header();
        other.timestamp = time;
        CAF_CHECK(!passes(other));
    }
}

CAF_TEST(a secret that is none never matches) {
    for (const auto* none : {"", "whsec_", "whsec_***"})
        CAF_CHECK(!verify_replicate_webhook(header(), body, none, sent));
}
