#include "http/async.hpp"
#include "http/json_command.hpp"
#include "http/sandbox/assets.hpp"
#include "http/sandbox/intent.hpp"
#include "http/sandbox/json_writer.hpp"
#include "http/sandbox/routes.hpp"

namespace atelier::http::sandbox {
namespace {

using answering = boost::asio::awaitable<response>;
using atelier::sandbox::transaction;

/// Nothing but the page's own files; any shop may frame it, which is what a widget is for.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'";

std::string result_json(const transaction& t) {
    object_writer out;
    out.integer("transaction_id", t.id).text("status", to_string(t.status));
    out.text("reason", to_string(t.why)).integer("reason_code", code(t.why));
    out.text("message", cardholder_message(t.why));
    out.text("token", t.token).text("subscription_id", t.subscription_id);
    return std::move(out).finish();
}

response finish(const outcome<transaction>& ended, const request& r) {
    if (!ended)
        return problem_response(ended.error(), r.request_id);
    auto answer = json_response(200, result_json(*ended));
    answer.with("Cache-Control", "no-store");
    return answer;
}

answering pay(context& c, request& r) {
    auto wanted = read_card_payment(r, c.public_id);
    if (!wanted)
        co_return problem_response(wanted.error(), r.request_id);
    using ended = atelier::sandbox::gateway::ended;
    std::function<void(ended)> start = [&](const ended& done) {
        auto accepted = c.gateway.pay(std::move(wanted->what), wanted->card, wanted->holder, done);
        if (!accepted)
            done(accepted.error());
    };
    const auto result = co_await wait_for<transaction>(std::move(start));
    co_return finish(result, r);
}

answering authenticate(context& c, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return problem_response(command.error(), r.request_id);
    const auto id = command->integer("transaction_id", 1, INT64_MAX);
    const auto passed = command->boolean("confirmed", false);
    if (const auto valid = command->finish(); !valid)
        co_return problem_response(valid.error(), r.request_id);
    using ended = atelier::sandbox::gateway::ended;
    std::function<void(ended)> start = [&](const ended& done) { c.gateway.authenticate(id, passed, done); };
    const auto result = co_await wait_for<transaction>(std::move(start));
    co_return finish(result, r);
}

answering answer_file(std::string_view type, std::string_view content) {
    response answer{200, std::string{type}, std::string{content}};
    answer.with("Cache-Control", "no-cache").with("Cross-Origin-Resource-Policy", "cross-origin");
    answer.with("Content-Security-Policy", std::string{page_policy}).with("Referrer-Policy", "no-referrer");
    co_return answer;
}

/// A file of the program.
handler serve(std::string_view type, std::string_view content) {
    return [type, content](request&) { return answer_file(type, content); };
}

std::string row_of(const atelier::sandbox::test_card& card) {
    constexpr auto good = atelier::sandbox::reason::approved;
    const auto answer = [](atelier::sandbox::reason why) { return why == good ? "approved" : "no money"; };
    const auto* const by_token = card.answer == good ? answer(card.by_token) : "–"; // it gets none
    std::string number{card.number};
    for (const auto space : {12UL, 8UL, 4UL})
        number.insert(space, 1, ' ');
    return "<tr><td><button type=\"button\" class=\"card\">" + number + "</button></td><td>" +
           (card.three_d_secure ? "yes" : "no") + "</td><td>" + answer(card.answer) + "</td><td>" + by_token +
           "</td></tr>\n";
}

/// The page with the documented test cards in their place.
std::string checkout_page() {
    std::string rows;
    for (const auto& card : atelier::sandbox::test_cards())
        rows += row_of(card);
    constexpr std::string_view place = "<!-- test cards -->\n";
    std::string page{asset_checkout_html};
    if (const auto at = page.find(place); at != std::string::npos)
        page.replace(at, place.size(), rows);
    return page;
}

} // namespace

std::vector<route> checkout_routes(context& c) {
    constexpr auto get = method::get;
    constexpr auto post = method::post;
    constexpr auto none = body_mode::none;
    constexpr auto memory = body_mode::memory;
    static const std::string page = checkout_page();
    constexpr std::string_view script = "text/javascript; charset=utf-8";
    return {
        {get, "/bundles/cloudpayments.js", none, serve(script, asset_widget_js)},
        {get, "/checkout", none, serve("text/html; charset=utf-8", page)},
        {get, "/checkout.js", none, serve(script, asset_checkout_js)},
        {get, "/checkout.css", none, serve("text/css; charset=utf-8", asset_checkout_css)},
        {post, "/pay", memory, [&c](request& r) { return pay(c, r); }},
        {post, "/pay/authentication", memory, [&c](request& r) { return authenticate(c, r); }},
    };
}

} // namespace atelier::http::sandbox
