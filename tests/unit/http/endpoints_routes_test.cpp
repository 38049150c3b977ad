#define CAF_SUITE endpoints_routes
#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <algorithm>
#include <set>

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

const std::set<std::pair<method, std::string_view>> open_routes{
    {method::post, "/v1/users"},
    {method::post, "/v1/users/confirmation"},
    {method::post, "/v1/users/confirmation/mail"},
    {method::post, "/v1/users/password/mail"},
    {method::put, "/v1/users/password"},
    {method::post, "/v1/sessions"},
    {method::get, "/v1/styles"},
    {method::get, "/v1/token_packages"},
    {method::get, "/v1/subscription_plans"},
    {method::post, "/webhooks/cloudpayments/{kind}"},
    {method::get, "/webhooks/cloudpayments/{kind}"},
    {method::post, "/webhooks/engines/{engine}"},
    {method::get, "/checkout/{id}"},
    {method::get, "/checkout/{id}/status"},
    {method::get, "/checkout.js"},
    {method::put, "/rails/active_storage/disk/{token}"},
    {method::get, "/files/{id}"},
    {method::get, "/confirm"},
    {method::post, "/confirm"},
    {method::get, "/reset-password"},
    {method::post, "/reset-password"},
    {method::get, "/openapi.json"},
    {method::get, "/docs"},
    {method::get, "/docs/{file}"}};

std::string concrete(std::string_view pattern) {
    std::string path{pattern};
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
        path.replace(open, path.find('}') - open + 1, "5");
    return path;
}

} // namespace

CAF_TEST(every route that belongs to users needs a live token) {
    front_end front;
    std::size_t guarded = 0;
    for (const auto& route : public_routes(front.context)) {
        if (open_routes.contains({route.verb, route.pattern}))
            continue;
        ++guarded;
        const auto r = make_request(route.verb, concrete(route.pattern));
        CAF_MESSAGE(route.pattern);
        CAF_CHECK(is_problem(front.send(r), errc::unauthenticated));
        CAF_CHECK(is_problem(front.send(with(r, "authorization", "Bearer atl_bob")), errc::unauthenticated));
        CAF_CHECK_EQUAL(header(front.send(r), "WWW-Authenticate"), "Bearer");
    }
    CAF_CHECK_EQUAL(guarded, 44u);
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(routes that are open do not look at tokens) {
    front_end front;
    front.backend.auth_down = failure{errc::unavailable};
    for (const auto* path : {"/v1/styles", "/v1/token_packages", "/v1/subscription_plans"})
        CAF_CHECK_EQUAL(front.send(with(get(path), "authorization", "Bearer atl_bob")).status, 200u);
}

CAF_TEST(bearer tokens are read as RFC 6750 says) {
    front_end front;
    const auto status = [&](std::string value) {
        return front.send(with(get("/v1/me"), "authorization", std::move(value))).status;
    };
    CAF_CHECK_EQUAL(status("Bearer atl_ann"), 200u);
    CAF_CHECK_EQUAL(status("bearer  atl_ann "), 200u);
    for (const auto* wrong :
         {"", "Bearer", "Bearer ", "atl_ann", "Basic atl_ann", "Bearer atl_ann x", "Bearer=atl_ann"})
        CAF_CHECK_EQUAL(status(wrong), 401u);
    CAF_CHECK_EQUAL(front.send(by_ann(by_ann(get("/v1/me")))).status, 401u);
}

CAF_TEST(a session store that is away is no reason to sign in again) {
    front_end front;
    front.backend.auth_down = failure{errc::unavailable};
    CAF_CHECK(is_problem(front.send(by_ann(get("/v1/me"))), errc::unavailable));
}

CAF_TEST(keys in paths are positive numbers) {
    front_end front;
    for (const auto* prefix : {"/v1/payments/", "/v1/images/", "/v1/generations/"})
        for (const auto* id : {"0", "-1", "+1", "01", "1x", "x", "1.0", "0x1", "%201", "9223372036854775808"})
            CAF_CHECK(is_problem(front.send(by_ann(get(std::string{prefix} + id))), errc::not_found));
    CAF_CHECK(front.calls().empty());
}

CAF_TEST(paths with a trailing slash are unknown) {
    front_end front;
    const router routes{public_routes(front.context)};
    for (const auto& route : routes.routes()) {
        CAF_CHECK(routes.find(route.verb, concrete(route.pattern)).found != nullptr);
        CAF_CHECK(routes.find(route.verb, concrete(route.pattern) + "/").found == nullptr);
    }
}

CAF_TEST(no method and path are served twice) {
    front_end front;
    auto all = public_routes(front.context);
    std::ranges::move(operator_routes(front.backend, front.room), std::back_inserter(all));
    std::set<std::pair<method, std::string_view>> seen;
    for (const auto& route : all)
        CAF_CHECK(seen.emplace(route.verb, route.pattern).second);
}

CAF_TEST(only commands take a body) {
    front_end front;
    for (const auto& route : public_routes(front.context)) {
        const bool command =
            route.verb == method::post || route.verb == method::patch || route.verb == method::put;
        const bool picture = route.pattern == "/v1/images" || route.pattern.ends_with("/disk/{token}");
        const auto expected = !command ? body_mode::none : picture ? body_mode::file : body_mode::memory;
        CAF_CHECK(route.body == expected);
    }
}

CAF_TEST(every error code is documented with its status) {
    const auto page = read_file(test::source_directory() / "http/errors.md");
    for (const auto code : all_error_codes()) {
        const auto line =
            "\n| `" + std::string{to_string(code)} + "` | " + std::to_string(status_of(code)) + " | ";
        CAF_MESSAGE(line);
        CAF_CHECK(contains(page, line));
    }
}

CAF_TEST(a user may ask so often and is told what is left) {
    front_end front;
    attempt_rate rate{"user", 2, std::chrono::minutes{1}, 8};
    front.context.count_request = [&](user_id user) {
        return rate.take(std::to_string(user.value), instant{});
    };
    const auto first = front.send(by_ann(get("/v1/me")));
    CAF_CHECK_EQUAL(header(first, "RateLimit-Policy"), "\"user\";q=2;w=60");
    CAF_CHECK_EQUAL(header(first, "X-RateLimit-Remaining"), "1");
    front.send(by_ann(get("/v1/wallet")));
    const auto calls = front.calls().size();
    const auto refused = front.send(by_ann(get("/v1/me")));
    CAF_CHECK_EQUAL(refused.status, 429u);
    CAF_CHECK_EQUAL(header(refused, "Retry-After"), "30");
    CAF_CHECK_EQUAL(front.calls().size(), calls);
    CAF_CHECK_EQUAL(front.send(get("/v1/styles")).status, 200u);
}

CAF_TEST(webhooks are not limited) {
    front_end front;
    for (const auto& route : public_routes(front.context))
        CAF_CHECK_EQUAL(route.vital, route.pattern.starts_with("/webhooks/"));
}
