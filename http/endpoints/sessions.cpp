#include "actors/domain/views.hpp"
#include "http/endpoints/bearer.hpp"
#include "http/endpoints/credential_limits.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"

#include <utility>

namespace atelier::http {
namespace {

/// A bearer token is made of characters that JSON need not escape.
std::string new_session_json(const new_session& session) {
    return R"({"token":")" + session.token + R"(","expires_at":")" + to_iso8601(session.expires_at) +
           R"(","user":)" + user_json(session.user) + "}";
}

} // namespace

answer sign_in(const endpoint_context& context, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto email = command->text("email", email_bytes_max);
    auto password = command->text("password", password_bytes_max);
    const bool remember = command->boolean("remember", false);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    visitor who{r};
    const auto session =
        co_await context.backend.sign_in(std::move(who), std::move(email), std::move(password), remember);
    if (!session)
        co_return session.error();
    auto created = json_response(201, new_session_json(*session));
    created.with("Cache-Control", "no-store");
    co_return created;
}

answer sign_out(const endpoint_context& context, request& r, user_id) {
    auto token = bearer_token(r);
    if (!token)
        co_return token.error();
    const auto ended = co_await context.backend.sign_out(std::move(*token));
    if (!ended)
        co_return ended.error();
    co_return response{204};
}

answer list_sessions(const endpoint_context& context, request& r, user_id who) {
    auto token = bearer_token(r);
    if (!token)
        co_return token.error();
    const auto all = co_await context.backend.sessions(who, std::move(*token));
    if (!all)
        co_return all.error();
    co_return list_response(*all, session_json);
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

answer sign_out_everywhere(const endpoint_context& context, request&, user_id who) {
    const auto ended = co_await context.backend.sign_out_everywhere(who);
    if (!ended)
        co_return ended.error();
    co_return response{204};
}

} // namespace atelier::http
