// Replies of engines: an HTTP status and a Retry-After in a line each, then the body, which is read as every
// kind of reply there is.

#include "actors/engines/engine_reply.hpp"

#include "actors/engines/engine_parameters.hpp"
#include "actors/engines/openai.hpp"
#include "actors/engines/replicate.hpp"
#include "actors/engines/sdapi.hpp"
#include "actors/engines/sdcpp.hpp"
#include "config/printable.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace atelier;
using atelier::fuzz::require;

namespace {

const instant now{std::chrono::seconds{1'800'000'000}};

bool is_part(double value) {
    return value >= 0 && value <= 1; // so that it is a number
}

void check(const picture_source& source) {
    require(!source.base64.empty() || !source.url.empty(), "a picture is somewhere");
}

void check(const engine_failure& why) {
    require(!why.detail.empty(), "a failure says why");
    require(!why.retry_after || *why.retry_after >= std::chrono::milliseconds{0}, "nobody waits backwards");
    require(!why.retry_after || *why.retry_after <= std::chrono::hours{1}, "nobody waits for ever");
}

void check(const engine_working& working) {
    require(!working.progress || is_part(*working.progress), "progress is from 0 to 1");
}

/// Ids become parts of a path.
void check(const std::string& id) {
    const auto harmless = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    require(!id.empty() && id.size() <= 128 && std::ranges::all_of(id, harmless), "an id can be in a path");
}

void check(const engine_parameters& asked) {
    require(asked.steps.value_or(1) >= 1 && asked.steps.value_or(1) <= 150, "steps have a range");
    require(asked.guidance.value_or(0) >= 0 && asked.guidance.value_or(0) <= 50, "guidance has a range");
    require(is_part(asked.strength.value_or(0)), "strength has a range");
}

template <class... Kinds>
void check_any(const std::variant<Kinds...>& read) {
    std::visit([](const auto& value) { check(value); }, read);
}

void check_presentable(const std::string& body) {
    const std::string secret = body.substr(0, std::min<std::size_t>(body.size(), 3));
    const auto shown = presentable(body, secret);
    require(shown.size() <= 200 && is_printable(shown), "what is shown is a line of text");
    if (secret.size() == 3 && secret.find_first_of("(hiden)?\t") == std::string::npos && is_printable(secret))
        require(shown.find(secret) == std::string::npos, "secrets are hidden");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    fuzz::input in{data, length};
    engine_response response;
    response.status = static_cast<long>(in.number() % 1000);
    response.retry_after = in.line();
    response.retry_after_ms = response.retry_after;
    response.body = in.rest();
    const auto why = failure_of(response, now);
    require(why.has_value() == (response.status < 200 || response.status >= 300), "2xx is no failure");
    if (response.status != 0 && why) {
        check(*why);
        check(read_openai_failure(*why, response.body));
    }
    check_any(read_openai_edit(response.body));
    check_any(read_sdapi_img2img(response.body));
    check_any(read_sdcpp_id(response.body));
    check_any(read_sdcpp_job(response.body));
    check_any(read_replicate_id(response.body));
    for (const std::int32_t index : {-1, 0, 7})
        check_any(read_replicate_prediction(response.body, index));
    check_any(read_parameters(response.body));
    if (const auto progress = read_sdapi_progress(response.body))
        require(is_part(progress->done), "progress is from 0 to 1");
    check_presentable(response.body);
    return 0;
}
