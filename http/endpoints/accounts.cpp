#include "actors/domain/views.hpp"
#include "actors/mail/language.hpp"
#include "http/endpoints/bearer.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/json_command.hpp"

#include <utility>

namespace atelier::http {
namespace {

// What is an address and a good password is the service's to say; these only keep the absurd away from it.
constexpr std::size_t email_bytes_max = 320;
constexpr std::size_t password_bytes_max = 1024;
constexpr std::size_t token_bytes_max = 256;

/// A bearer token is made of characters that JSON need not escape.
std::string session_json(const new_session& session) {
    return R"({"token":")" + session.token + R"(","expires_at":")" + to_iso8601(session.expires_at) +
           R"(","user":)" + user_json(session.user) + "}";
}

} // namespace

answer sign_up(const endpoint_context& context, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto email = command->text("email", email_bytes_max);
    auto password = command->text("password", password_bytes_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    std::string language{to_string(preferred_language(r.header("accept-language")))};
    const auto accepted =
        co_await context.backend.sign_up(std::move(email), std::move(password), std::move(language));
    if (!accepted)
        co_return accepted.error();
    co_return json_response(202, "{}");
}

answer confirm_user(const endpoint_context& context, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto token = command->text("token", token_bytes_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    const auto user = co_await context.backend.confirm(std::move(token));
    if (!user)
        co_return user.error();
    co_return json_response(200, user_json(*user));
}

answer sign_in(const endpoint_context& context, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto email = command->text("email", email_bytes_max);
    auto password = command->text("password", password_bytes_max);
    const bool remember = command->boolean("remember", false);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    const auto session = co_await context.backend.sign_in(std::move(email), std::move(password), remember);
    if (!session)
        co_return session.error();
    auto created = json_response(201, session_json(*session));
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

answer show_me(const endpoint_context& context, request&, user_id who) {
    const auto user = co_await context.backend.user(who);
    if (!user)
        co_return user.error();
    co_return json_response(200, user_json(*user));
}

} // namespace atelier::http
