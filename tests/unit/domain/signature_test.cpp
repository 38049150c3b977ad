#define CAF_SUITE signature

#include "actors/domain/signature.hpp"
#include "tests/support/cloudpayments/samples.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

namespace {

bool verify(const test::notification_sample& sample) {
    const auto encoding = sample.json() ? parameter_encoding::json : parameter_encoding::form;
    return verify_signature(sample.content_hmac, sample.x_content_hmac, sample.body, encoding, sample.secret);
}

} // namespace

CAF_TEST(the digest is the one of RFC 4231 test case 2) {
    CAF_CHECK_EQUAL(hmac_sha256_base64("what do ya want for nothing?", "Jefe"),
                    "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
}

CAF_TEST(a key longer than a block is hashed first as in RFC 4231 test case 6) {
    CAF_CHECK_EQUAL(hmac_sha256_base64("Test Using Larger Than Block-Size Key - Hash Key First",
                                       std::string(131, '\xaa')),
                    "YOQxWR7gtn8Niiaqy/W3f44LxiE3KMUUBUYEDw7jf1Q=");
}

CAF_TEST(every sample is accepted or refused as it must be) {
    const auto samples = test::read_samples();
    CAF_CHECK(samples.size() >= 45);
    for (const auto& sample : samples) {
        CAF_MESSAGE(sample.name);
        CAF_CHECK_EQUAL(verify(sample), sample.is_signed);
    }
}

CAF_TEST(each header of every sample signs what it should) {
    for (const auto& sample : test::read_samples()) {
        if (sample.name.starts_with("v09"))
            continue;
        CAF_MESSAGE(sample.name);
        CAF_CHECK_EQUAL(hmac_sha256_base64(sample.body, sample.secret), *sample.content_hmac);
        auto without_first = sample;
        without_first.content_hmac.reset();
        CAF_CHECK(verify(without_first));
    }
}

CAF_TEST(one changed byte anywhere is refused) {
    const auto sample = test::sample("v02_pay");
    for (std::size_t i = 0; i < sample.body.size(); ++i) {
        auto forged = sample;
        forged.body[i] = static_cast<char>(forged.body[i] ^ 1);
        CAF_CHECK(!verify(forged));
    }
    for (std::size_t i = 0; i < sample.content_hmac->size(); ++i) {
        auto forged = sample;
        (*forged.content_hmac)[i] = (*forged.content_hmac)[i] == 'A' ? 'B' : 'A';
        CAF_CHECK(!verify(forged));
    }
}

CAF_TEST(only the canonical spelling of a digest is accepted) {
    const auto sample = test::sample("v02_pay");
    const auto& right = *sample.content_hmac;
    // The last letter before the padding carries two bits that decode to nothing.
    auto loose_bits = right;
    loose_bits[42] = static_cast<char>(loose_bits[42] + 1);
    for (const auto& header : {right + " ", " " + right, right + "\n", right + "=", right + right,
                               right.substr(0, 40), loose_bits, std::string{"="}, std::string(44, 'A')}) {
        auto sent = sample;
        sent.content_hmac = header;
        CAF_MESSAGE(header);
        CAF_CHECK(!verify(sent));
    }
}

CAF_TEST(a byte that is no letter of Base64 is refused) {
    // libsodium takes it for a slash.
    int number = 0;
    std::string message, right;
    while (right.find('/') == std::string::npos) {
        message = "TransactionId=" + std::to_string(++number);
        right = hmac_sha256_base64(message, "secret");
    }
    auto wrong = right;
    wrong[wrong.find('/')] = '\xb2';
    CAF_CHECK(verify_signature(right, std::nullopt, message, parameter_encoding::form, "secret"));
    CAF_CHECK(!verify_signature(wrong, std::nullopt, message, parameter_encoding::form, "secret"));
}

CAF_TEST(an empty secret verifies nothing) {
    const auto mac = hmac_sha256_base64("TransactionId=1", "");
    CAF_CHECK(!verify_signature(mac, std::nullopt, "TransactionId=1", parameter_encoding::form, ""));
}

CAF_TEST(a JSON text is signed as it is in both headers) {
    const std::string body = R"({"Description":"100%25 + more"})";
    const auto mac = hmac_sha256_base64(body, "key");
    CAF_CHECK(verify_signature(std::nullopt, mac, body, parameter_encoding::json, "key"));
    CAF_CHECK(!verify_signature(std::nullopt, mac, body, parameter_encoding::form, "key"));
}

CAF_TEST(form decoding resolves escapes and plus signs once) {
    CAF_CHECK_EQUAL(form_decoded("a+b%2Bc%20d%2be=f&g=%d0%9F"), "a b+c d+e=f&g=\xd0\x9f");
    CAF_CHECK_EQUAL(form_decoded("%2541"), "%41");
    CAF_CHECK_EQUAL(form_decoded(""), "");
    CAF_CHECK_EQUAL(form_decoded("%00x"), std::string("\0x", 2));
}

CAF_TEST(form decoding leaves what is no escape as it is) {
    CAF_CHECK_EQUAL(form_decoded("100%"), "100%");
    CAF_CHECK_EQUAL(form_decoded("100%4"), "100%4");
    CAF_CHECK_EQUAL(form_decoded("%zz%4g%-1"), "%zz%4g%-1");
}
