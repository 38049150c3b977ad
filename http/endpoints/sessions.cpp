#include "actors/domain/views.hpp"
#include "http/endpoints/credential_limits.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"
#include "http/endpoints/session_cookie.hpp"
#include "http/endpoints/shown_token.hpp"
#include "http/json_command.hpp"

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

/// A token is made of characters that JSON need not escape.
std::string new_session_json(std::string_view member, const std::string& token, const new_session& session) {
    return R"({")" + std::string{member} + R"(":")" + token + R"(","expires_at":")" +
           to_iso8601(session.expires_at) + R"(","user":)" + user_json(session.user) + "}";
}

/// For a browser: the token is in the cookie, and nowhere else.
response cookie_session(const new_session& session, bool remember, std::string_view base_url) {
    auto created = json_response(201, new_session_json("csrf_token", csrf_token_of(session.token), session));
    const auto until = remember ? std::optional{session.ends_at} : std::nullopt;
    created.with("Set-Cookie", set_session_cookie(session.token, until, base_url));
    return created;
}

} // namespace

answer sign_in(const endpoint_context& context, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto email = command->text("email", email_bytes_max);
    auto password = command->text("password", password_bytes_max);
    const bool remember = command->boolean("remember", false);
    const bool cookie = command->boolean("cookie", false);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    const auto base_url = context.base_url();
    if (const auto same = check_origin(r, base_url); cookie && !same)
        co_return same.error();
    visitor who{r};
    const auto session =
        co_await context.backend.sign_in(std::move(who), std::move(email), std::move(password), remember);
    if (!session)
        co_return session.error();
    auto created = cookie ? cookie_session(*session, remember, base_url)
                          : json_response(201, new_session_json("token", session->token, *session));
    created.with("Cache-Control", "no-store");
    co_return created;
}

answer sign_out(const endpoint_context& context, request& r, user_id) {
    const auto base_url = context.base_url();
    auto shown = shown_token_of(r, base_url);
    if (!shown)
        co_return shown.error();
    const auto ended = co_await context.backend.sign_out(std::move(shown->token));
    if (!ended)
        co_return ended.error();
    co_return signed_out(r, base_url);
}

answer list_sessions(const endpoint_context& context, request& r, user_id who) {
    auto shown = shown_token_of(r, context.base_url());
    if (!shown)
        co_return shown.error();
    const auto all = co_await context.backend.sessions(who, std::move(shown->token));
    if (!all)
        co_return all.error();
    co_return list_response(*all, session_json);
}

answer show_session(const endpoint_context& context, request& r, user_id who) {
    const auto shown = shown_token_of(r, context.base_url());
    if (!shown)
        co_return shown.error();
    const auto all = co_await context.backend.sessions(who, shown->token);
    if (!all)
        co_return all.error();
    const auto current = std::ranges::find(*all, true, &listed_session::current);
    if (current == all->end())
        co_return errc::unauthenticated; // it has ended meanwhile
    auto json = session_json(*current);
    if (shown->in_cookie)
        json.insert(json.size() - 1, R"(,"csrf_token":")" + csrf_token_of(shown->token) + '"');
    co_return json_response(200, std::move(json));
}

answer end_session(const endpoint_context& context, request& r, user_id who) {
    const auto session = path_id<session_id>(r);
    if (!session)
        co_return session.error();
    const auto ended = co_await context.backend.end_session(who, *session);
    if (!ended)
        co_return ended.error();
    co_return response{204};
}

answer sign_out_everywhere(const endpoint_context& context, request& r, user_id who) {
    const auto ended = co_await context.backend.sign_out_everywhere(who);
    if (!ended)
        co_return ended.error();
    co_return signed_out(r, context.base_url());
}

} // namespace atelier::http
