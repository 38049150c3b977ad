#define CAF_SUITE aws_signature

#include "actors/domain/signature.hpp"
#include "persistence/blobs/s3/aws_signature.hpp"
#include "tests/support/test.hpp"

#include <string>
#include <vector>

using namespace atelier;
using namespace std::chrono;

namespace {

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(c) / 16];
        text += "0123456789abcdef"[static_cast<unsigned char>(c) % 16];
    }
    return text;
}

// -- the examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header" and
//    "Authenticating Requests: Using Query Parameters" ------------------------------------------------------

const aws_credentials example{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
const aws_scope region{"us-east-1", "s3"};
constexpr instant day{sys_days{2013y / May / 24}};

/// A request to the bucket of the examples.
aws_request to_bucket(std::string method, std::string path, std::vector<aws_field> query,
                      std::vector<aws_field> headers, std::string_view body) {
    aws_request request{std::move(method), std::move(path), std::move(query), std::move(headers),
                        sha256_hex(body)};
    request.headers.push_back({"Host", "examplebucket.s3.amazonaws.com"});
    request.headers.push_back({"x-amz-content-sha256", request.payload_hash});
    request.headers.push_back({"x-amz-date", "20130524T000000Z"});
    return request;
}

std::string signature(const aws_request& request) {
    return aws_signature(request, example, region, day);
}

// -- the cases of the "Signature Version 4 test suite" that AWS published
// ------------------------------------

struct suite_case {
    std::string name;
    aws_request request;
    std::string signature;
};

std::vector<suite_case> suite() {
    const aws_field host{"Host", "example.amazonaws.com"};
    const aws_field date{"X-Amz-Date", "20150830T123600Z"};
    const auto none = sha256_hex("");
    return {
        {"get-vanilla",
         {"GET", "/", {}, {host, date}, none},
         "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
        {"post-vanilla",
         {"POST", "/", {}, {host, date}, none},
         "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
        {"get-vanilla-query-order-key-case",
         {"GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}, {host, date}, none},
         "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
        {"get-header-value-trim",
         {"GET", "/", {}, {host, {"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}, date}, none},
         "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
        {"get-header-value-order",
         {"GET",
          "/",
          {},
          {host,
           {"My-Header1", "value4"},
           {"My-Header1", "value1"},
           {"My-Header1", "value3"},
           {"My-Header1", "value2"},
           date},
          none},
         "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
        {"get-unreserved",
         {"GET",
          "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
          {},
          {host, date},
          none},
         "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
        {"get-utf8",
         {"GET", "/\xe1\x88\xb4", {}, {host, date}, none},
         "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
        {"get-vanilla-utf8-query",
         {"GET", "/", {{"\xe1\x88\xb4", "bar"}}, {host, date}, none},
         "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    };
}

} // namespace

CAF_TEST(every case of the suite has its signature) {
    const aws_credentials who{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
    const aws_scope scope{"us-east-1", "service"};
    const instant at = sys_days{2015y / August / 30} + 12h + 36min;
    for (const auto& each : suite()) {
        CAF_MESSAGE(each.name);
        CAF_CHECK_EQUAL(aws_signature(each.request, who, scope, at), each.signature);
    }
    CAF_CHECK_EQUAL(aws_authorization(suite().front().request, who, scope, at),
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                    "SignedHeaders=host;x-amz-date, "
                    "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

CAF_TEST(signing keys are those of the documentation) {
    const std::string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const aws_scope iam{"us-east-1", "iam"};
    CAF_CHECK_EQUAL(hex(aws_signing_key(secret, iam, sys_days{2012y / February / 15})),
                    "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
    CAF_CHECK_EQUAL(hex(aws_signing_key(secret, iam, sys_days{2015y / August / 30} + 23h)),
                    "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

CAF_TEST(the steps are those of the example) {
    const auto request = to_bucket("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}}, "");
    const std::string none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    CAF_CHECK_EQUAL(aws_canonical_request(request),
                    "GET\n/test.txt\n\nhost:examplebucket.s3.amazonaws.com\nrange:bytes=0-9\n"
                    "x-amz-content-sha256:" +
                        none +
                        "\nx-amz-date:20130524T000000Z\n\n"
                        "host;range;x-amz-content-sha256;x-amz-date\n" +
                        none);
    CAF_CHECK_EQUAL(aws_string_to_sign(request, region, day),
                    "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
                    "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
    CAF_CHECK_EQUAL(signature(request), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

CAF_TEST(objects and buckets are signed as in the examples) {
    CAF_CHECK_EQUAL(signature(to_bucket("PUT", "/test$file.text", {},
                                        {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                                         {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                                        "Welcome to Amazon S3.")),
                    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    CAF_CHECK_EQUAL(signature(to_bucket("GET", "/", {{"lifecycle", ""}}, {}, "")),
                    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    CAF_CHECK_EQUAL(signature(to_bucket("GET", "/", {{"max-keys", "2"}, {"prefix", "J"}}, {}, "")),
                    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

CAF_TEST(an address that anybody may use is that of the example) {
    const aws_request request{"GET", "/test.txt", {}, {{"Host", "examplebucket.s3.amazonaws.com"}}, ""};
    CAF_CHECK_EQUAL(aws_presigned_query(request, example, region, day, 86'400s),
                    "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

CAF_TEST(temporary credentials show their token and no address holds longer than a week) {
    auto temporary = example;
    temporary.session_token = "a+b/c==";
    const aws_request request{"GET", "/test.txt", {}, {{"Host", "examplebucket.s3.amazonaws.com"}}, ""};
    const auto query = aws_presigned_query(request, temporary, region, day, days{8});
    CAF_CHECK(query.find("&X-Amz-Security-Token=a%2Bb%2Fc%3D%3D&") != std::string::npos);
    CAF_CHECK(query.find("&X-Amz-Expires=604800&") != std::string::npos);
    CAF_CHECK(query.find(temporary.secret_access_key) == std::string::npos);
}

CAF_TEST(everything but unreserved characters is escaped) {
    CAF_CHECK_EQUAL(aws_escaped("a b/c+d~*'()\xc3\xa9", true), "a%20b/c%2Bd~%2A%27%28%29%C3%A9");
    CAF_CHECK_EQUAL(aws_escaped("a/b", false), "a%2Fb");
    CAF_CHECK_EQUAL(aws_query({{"b", ""}, {"a", "2"}, {"a", "1"}, {"a-b", "&="}}), "a=1&a=2&a-b=%26%3D&b=");
}
