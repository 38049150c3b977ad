#define CAF_SUITE engine_reply

#include "actors/engines/engine_parameters.hpp"
#include "actors/engines/engine_reply.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/engines/remote_workshop.hpp"

using namespace atelier;
using namespace atelier::test;

namespace {

const instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{12};

std::int64_t wait_of(const std::string& in_milliseconds, const std::string& plain) {
    const auto wait = read_retry_after(in_milliseconds, plain, noon);
    return wait ? wait->count() : -1;
}

std::string failure_at(long status, const std::string& should_retry = "") {
    engine_response response;
    response.status = status;
    response.should_retry = should_retry;
    const auto why = failure_of(response, noon);
    return why ? in_short(*why) : "none";
}

} // namespace

CAF_TEST(how long to wait is read in every form) {
    CAF_CHECK_EQUAL(wait_of("", ""), -1);
    CAF_CHECK_EQUAL(wait_of("", "7"), 7'000);
    CAF_CHECK_EQUAL(wait_of("250", "7"), 250);
    CAF_CHECK_EQUAL(wait_of("", "0"), 0);
    CAF_CHECK_EQUAL(wait_of("", "Mon, 23 Nov 2026 12:00:30 GMT"), 30'000);
    CAF_CHECK_EQUAL(wait_of("", "Mon, 23 Nov 2026 11:00:00 GMT"), 0);
    CAF_CHECK_EQUAL(wait_of("", "99999999"), 3'600'000);
    CAF_CHECK_EQUAL(wait_of("", "21 Oct 2200202"), 3'600'000);
    CAF_CHECK_EQUAL(wait_of("", "-3"), -1);
    CAF_CHECK_EQUAL(wait_of("", "soon"), -1);
}

CAF_TEST(a status says whether a failure may pass and where it lies) {
    CAF_CHECK_EQUAL(failure_at(200), "none");
    CAF_CHECK_EQUAL(failure_at(202), "none");
    CAF_CHECK_EQUAL(failure_at(0), "passing engine");
    CAF_CHECK_EQUAL(failure_at(302), "lasting setup");
    CAF_CHECK_EQUAL(failure_at(400), "lasting job");
    CAF_CHECK_EQUAL(failure_at(401), "lasting setup");
    CAF_CHECK_EQUAL(failure_at(402), "lasting setup");
    CAF_CHECK_EQUAL(failure_at(404), "lasting setup");
    CAF_CHECK_EQUAL(failure_at(408), "passing engine");
    CAF_CHECK_EQUAL(failure_at(409), "passing engine");
    CAF_CHECK_EQUAL(failure_at(413), "lasting job");
    CAF_CHECK_EQUAL(failure_at(422), "lasting job");
    CAF_CHECK_EQUAL(failure_at(429), "passing busy");
    CAF_CHECK_EQUAL(failure_at(500), "passing engine");
    CAF_CHECK_EQUAL(failure_at(503), "passing engine");
    CAF_CHECK_EQUAL(failure_at(500, "false"), "lasting engine");
    CAF_CHECK_EQUAL(failure_at(400, "true"), "passing job");
}

CAF_TEST(errors are read in the shapes of all engines) {
    CAF_CHECK_EQUAL(error_text(R"({"error":{"message":"a","code":"b"}})"), "a");
    CAF_CHECK_EQUAL(error_text(R"({"error":"HTTPException","detail":"","errors":"b"})"), "b");
    CAF_CHECK_EQUAL(error_text(R"({"detail":[{"loc":["body"],"msg":"c","type":"t"}]})"), "c");
    CAF_CHECK_EQUAL(error_text(R"({"title":"t","detail":"d"})"), "d");
    CAF_CHECK_EQUAL(error_text(R"({"error":"e"})"), "e");
    CAF_CHECK_EQUAL(error_text("<html>"), "");
    CAF_CHECK_EQUAL(error_text("[1]"), "");
    CAF_CHECK_EQUAL(error_text(std::string(100, '[')), "");
}

CAF_TEST(what others say is shown short and without secrets) {
    CAF_CHECK_EQUAL(presentable("bad key sk-1: sk-1", "sk-1"), "bad key (hidden): (hidden)");
    CAF_CHECK_EQUAL(presentable("a\nb\tc\x01", ""), "a?b c?");
    CAF_CHECK_EQUAL(presentable(std::string(1000, 'x'), "").size(), 200U);
    CAF_CHECK_EQUAL(presentable("key a\tb", "a b"), "key (hidden)");
    CAF_MESSAGE("neither half a secret nor half a character is left at the end");
    CAF_CHECK_EQUAL(presentable(std::string(198, 'x') + "secret", "secret"), std::string(198, 'x') + "(h");
    CAF_CHECK_EQUAL(presentable(std::string(199, 'x') + "\xd0\xb0", ""), std::string(199, 'x'));
}

CAF_TEST(parameters have types and ranges) {
    const auto read = [](std::string_view json) {
        const auto result = read_parameters(json);
        const auto* why = std::get_if<engine_failure>(&result);
        return why == nullptr ? std::string{"well"} : why->detail;
    };
    for (const auto* good : {"", "{}", R"({"steps":20,"guidance":7.5,"strength":0.4})",
                             R"({"negative_prompt":"x","unknown":[1]})", R"({"strength":1})"})
        CAF_CHECK_EQUAL(read(good), "well");
    CAF_CHECK_EQUAL(read("[]"), "the parameters are not a JSON object");
    CAF_CHECK_EQUAL(read(R"({"steps":0})"), "the parameter steps makes no sense");
    CAF_CHECK_EQUAL(read(R"({"steps":2.5})"), "the parameter steps makes no sense");
    CAF_CHECK_EQUAL(read(R"({"strength":1.1})"), "the parameter strength makes no sense");
    CAF_CHECK_EQUAL(read(R"({"guidance":"x"})"), "the parameter guidance makes no sense");
    CAF_CHECK_EQUAL(read(R"({"negative_prompt":5})"), "the parameter negative_prompt makes no sense");
    const auto all = std::get<engine_parameters>(
        read_parameters(R"({"steps":20,"guidance":7.5,"strength":0.4,"negative_prompt":"n"})"));
    CAF_CHECK_EQUAL(all.steps.value(), 20);
    CAF_CHECK_EQUAL(all.guidance.value(), 7.5);
    CAF_CHECK_EQUAL(all.strength.value(), 0.4);
    CAF_CHECK_EQUAL(all.negative_prompt, "n");
}
