#include "http/json_command.hpp"
#include "http/sandbox/json_writer.hpp"
#include "http/sandbox/models.hpp"
#include "http/sandbox/routes.hpp"

#include <array>
#include <charconv>

namespace atelier::http::sandbox {
namespace {

using answering = boost::asio::awaitable<response>;
using namespace atelier::sandbox;

/// "90s", "5m", "36h" or "30d"; at most ten years.
std::optional<microseconds> parse_span(std::string_view text) {
    using namespace std::chrono;
    struct unit {
        char letter;
        seconds length;
    };
    constexpr std::array units{unit{'s', seconds{1}}, unit{'m', minutes{1}}, unit{'h', hours{1}},
                               unit{'d', days{1}}};
    constexpr seconds longest = days{3660};
    std::int64_t count = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || stop + 1 != text.data() + text.size() || count < 1 || count > longest.count())
        return std::nullopt;
    for (const auto& each : units)
        if (each.letter == *stop && count * each.length <= longest)
            return count * each.length;
    return std::nullopt;
}

std::string state_json(const gateway_state& state) {
    object_writer notifications;
    notifications.integer("waiting", static_cast<std::int64_t>(state.waiting))
        .integer("accepted", static_cast<std::int64_t>(state.accepted))
        .integer("repeated", static_cast<std::int64_t>(state.repeated))
        .integer("refused", static_cast<std::int64_t>(state.refused));
    object_writer out;
    out.text("now", iso_date_time(state.now) + 'Z').raw("notifications", std::move(notifications).finish());
    return std::move(out).finish();
}

answering show_state(context& c, request&) {
    co_return json_response(200, state_json(c.gateway.state()));
}

answering advance_clock(context& c, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return problem_response(command.error(), r.request_id);
    const auto text = command->text("advance", 16);
    if (const auto valid = command->finish(); !valid)
        co_return problem_response(valid.error(), r.request_id);
    const auto span = parse_span(text);
    if (!span)
        co_return problem_response(
            invalid_field("advance", "invalid", "must be a time as 90s, 5m, 36h or 30d, at most 3660d"),
            r.request_id);
    c.gateway.advance(*span);
    co_return json_response(200, state_json(c.gateway.state()));
}

answering plant_chargeback(context& c, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return problem_response(command.error(), r.request_id);
    const auto id = command->integer("transaction_id", 1, INT64_MAX);
    if (const auto valid = command->finish(); !valid)
        co_return problem_response(valid.error(), r.request_id);
    outcome<chargeback> planted = errc::internal;
    const auto reply = c.gateway.command("", [&](terminal& terminal, instant now) {
        planted = terminal.charge_back(id, now);
        return planted ? chargeback_model(*planted) : std::string{};
    });
    if (!planted)
        co_return problem_response(planted.error(), r.request_id);
    co_return json_response(200, *reply);
}

} // namespace

std::vector<route> operator_routes(context& c) {
    constexpr auto post = method::post;
    constexpr auto memory = body_mode::memory;
    return {
        {method::get, "/sandbox", body_mode::none, [&c](request& r) { return show_state(c, r); }},
        {post, "/sandbox/clock", memory, [&c](request& r) { return advance_clock(c, r); }},
        {post, "/sandbox/chargebacks", memory, [&c](request& r) { return plant_chargeback(c, r); }},
    };
}

} // namespace atelier::http::sandbox
