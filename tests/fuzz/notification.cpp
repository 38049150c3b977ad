// Webhooks of the gateway: their kind in a line, 0 to 3 in a line for JSON and windows-1251, then the body.

#include "actors/domain/signature.hpp"
#include "http/webhook_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace atelier;
using namespace atelier::http;
using atelier::fuzz::require;

namespace {

constexpr std::string_view secret = "secret of the tests";
constexpr std::size_t identifier_max = 255;

webhook_reader reader(bool windows_1251) {
    webhook_rules rules;
    rules.secret = secret;
    rules.windows_1251 = windows_1251;
    return webhook_reader{std::move(rules)};
}

void check_signature(const webhook_reader& taken, webhook hook, std::string_view guess) {
    const auto refused = [&] {
        const auto content = taken.read(hook);
        return !content && content.error().code == errc::invalid_signature;
    };
    require(refused(), "nothing is taken without a signature");
    const auto right = hmac_sha256_base64(hook.body, secret);
    hook.content_hmac = guess;
    require(guess == right || refused(), "nothing is taken with a wrong signature");
    if (hook.body.empty())
        return;
    hook.content_hmac = right;
    require(!refused(), "what is signed is taken");
    hook.body[hook.body.size() / 2] ^= 1;
    require(refused(), "a signature is right for its own text alone");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    static const webhook_reader utf8 = reader(false);
    static const webhook_reader windows = reader(true);
    fuzz::input in{data, length};
    webhook hook;
    hook.kind = in.line();
    const auto how = in.number();
    hook.content_type =
        how % 2 == 0 ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8";
    const auto& taken = how / 2 % 2 == 0 ? utf8 : windows;
    hook.body = in.rest();
    check_signature(taken, hook, hook.body.substr(0, 44));

    const auto [what, problem] = taken.content_of(hook);
    require(what.kind == parse_notification_kind(hook.kind), "the address says what it is about");
    require(what.business_key.starts_with(std::string{to_string(what.kind)} + ':'), "it has a business key");
    require(taken.content_of(hook).what.business_key == what.business_key, "a repeat has the same one");
    for (const auto* each : {&what.transaction_id, &what.payment_transaction_id, &what.invoice_id,
                             &what.account_id, &what.subscription_id})
        require(each->size() <= identifier_max, "an identifier has a length");
    require(what.amount_cents.value_or(0) >= 0, "no amount is negative");
    return 0;
}
