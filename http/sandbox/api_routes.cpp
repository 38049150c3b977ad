#include "actors/domain/random.hpp"
#include "http/async.hpp"
#include "http/sandbox/calls.hpp"
#include "http/sandbox/models.hpp"
#include "http/sandbox/routes.hpp"
#include "http/text.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace atelier::http::sandbox {
namespace {

using answering = boost::asio::awaitable<response>;

/// The gateway's limit for test terminals.
constexpr int calls_at_once = 5;

/// One call under way, of which there may be few.
class call_slot {
public:
    explicit call_slot(std::atomic<int>& calls) : calls_{calls}, number_{++calls} {}
    ~call_slot() { --calls_; }
    call_slot(const call_slot&) = delete;
    call_slot& operator=(const call_slot&) = delete;
    [[nodiscard]] bool granted() const { return number_ <= calls_at_once; }

private:
    std::atomic<int>& calls_;
    int number_;
};

/// Basic authentication (RFC 7617) with Public ID and API secret.
bool authorized(const context& c, const request& r) {
    const auto header = r.header("authorization");
    if (!equal_ignoring_case(header.substr(0, 6), "Basic "))
        return false;
    const auto wanted = c.public_id + ':' + c.api_secret;
    std::string base64(sodium_base64_encoded_len(wanted.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(base64.data(), base64.size(), reinterpret_cast<const unsigned char*>(wanted.data()),
                      wanted.size(), sodium_base64_VARIANT_ORIGINAL);
    base64.pop_back(); // its NUL
    const auto given = trim(header.substr(6));
    return given.size() == base64.size() && sodium_memcmp(given.data(), base64.data(), given.size()) == 0;
}

/// The answer to a call that was not even tried.
std::optional<response> turned_away(const context& c, const request& r, const call_slot& slot) {
    if (!authorized(c, r)) {
        auto answer = json_response(401, refused("The Public ID or the API secret is wrong"));
        answer.with("WWW-Authenticate", "Basic realm=\"CloudPayments sandbox\"");
        return answer;
    }
    if (!slot.granted())
        return json_response(429, refused("Too many calls at once"));
    return std::nullopt;
}

std::string reply_of(outcome<std::string> reply) {
    if (reply)
        return std::move(*reply);
    return reply.error().code == errc::idempotency_in_progress
               ? refused("A request with this X-Request-ID is being carried out")
               : refused("The sandbox is stopping or has too much to do");
}

answering answer_call(context& c, const call* what, request& r) {
    const call_slot slot{c.calls_under_way};
    if (auto away = turned_away(c, r, slot))
        co_return std::move(*away);
    const auto given = parameters::read(r);
    if (!given)
        co_return json_response(200, refused(given.error().detail));
    const std::string request_id{r.header("x-request-id")};
    auto reply = c.gateway.command(request_id, [&](atelier::sandbox::terminal& terminal, instant now) {
        return what->run({terminal, now, *given, c.public_id});
    });
    co_return json_response(200, reply_of(std::move(reply)));
}

answering answer_charge(context& c, bool two_stage, request& r) {
    const call_slot slot{c.calls_under_way};
    if (auto away = turned_away(c, r, slot))
        co_return std::move(*away);
    const auto given = parameters::read(r);
    if (!given)
        co_return json_response(200, refused(given.error().detail));
    const auto wanted = read_token_order(*given, two_stage);
    if (!given->problem().empty())
        co_return json_response(200, refused(given->problem()));
    const std::string request_id{r.header("x-request-id")};
    std::function<void(atelier::sandbox::gateway::answered)> start =
        [&](atelier::sandbox::gateway::answered done) {
            const auto write = [id = c.public_id](const outcome<atelier::sandbox::transaction>& ended) {
                return payment_reply(ended, id);
            };
            c.gateway.charge(wanted, request_id, write, std::move(done));
        };
    auto reply = co_await wait_for<std::string>(std::move(start));
    co_return json_response(200, reply_of(std::move(reply)));
}

/// Success and a new GUID (version 4 of RFC 9562).
std::string test_reply() {
    std::array<std::byte, 16> bytes{};
    system_random{}.fill(bytes);
    bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40};
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
    std::string guid;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        guid += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                            std::to_integer<unsigned>(bytes.at(i)));
    return R"({"Success":true,"Message":")" + guid + "\"}";
}

answering answer_test(context& c, request& r) {
    const call_slot slot{c.calls_under_way};
    if (auto away = turned_away(c, r, slot))
        co_return std::move(*away);
    co_return json_response(200, test_reply());
}

} // namespace

std::vector<route> api_routes(context& c) {
    constexpr auto post = method::post;
    constexpr auto memory = body_mode::memory;
    std::vector<route> routes{
        {post, "/test", memory, [&c](request& r) { return answer_test(c, r); }},
        {post, "/payments/tokens/charge", memory, [&c](request& r) { return answer_charge(c, false, r); }},
        {post, "/payments/tokens/auth", memory, [&c](request& r) { return answer_charge(c, true, r); }},
    };
    for (const auto calls : {payment_calls(), subscription_calls()})
        for (const auto& each : calls)
            routes.push_back({post, each.path, memory,
                              [&c, what = &each](request& r) { return answer_call(c, what, r); }});
    return routes;
}

} // namespace atelier::http::sandbox
