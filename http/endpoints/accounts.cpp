#include "actors/domain/views.hpp"
#include "http/endpoints/credential_limits.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/session_cookie.hpp"
#include "http/endpoints/shown_token.hpp"
#include "http/json_command.hpp"

#include <utility>

namespace atelier::http {
namespace {

constexpr std::size_t token_bytes_max = 256;
constexpr std::size_t language_bytes_max = 8;

/// The body of a command that has but an address.
outcome<std::string> read_email(const request& r) {
    auto command = json_command::read(r);
    if (!command)
        return command.error();
    auto email = command->text("email", email_bytes_max);
    if (const auto valid = command->finish(); !valid)
        return valid.error();
    return email;
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
    visitor who{r};
    const auto accepted =
        co_await context.backend.sign_up(std::move(who), std::move(email), std::move(password));
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

answer resend_confirmation(const endpoint_context& context, request& r) {
    auto email = read_email(r);
    if (!email)
        co_return email.error();
    visitor who{r};
    const auto accepted = co_await context.backend.resend_confirmation(std::move(who), std::move(*email));
    if (!accepted)
        co_return accepted.error();
    co_return json_response(202, "{}");
}

answer request_password_reset(const endpoint_context& context, request& r) {
    auto email = read_email(r);
    if (!email)
        co_return email.error();
    visitor who{r};
    const auto accepted = co_await context.backend.request_reset(std::move(who), std::move(*email));
    if (!accepted)
        co_return accepted.error();
    co_return json_response(202, "{}");
}

answer reset_password(const endpoint_context& context, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto token = command->text("token", token_bytes_max);
    auto password = command->text("password", password_bytes_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    visitor who{r};
    const auto changed =
        co_await context.backend.reset_password(std::move(who), std::move(token), std::move(password));
    if (!changed)
        co_return changed.error();
    co_return response{204};
}

answer show_me(const endpoint_context& context, request&, user_id who) {
    const auto user = co_await context.backend.user(who);
    if (!user)
        co_return user.error();
    co_return json_response(200, user_json(*user));
}

answer update_me(const endpoint_context& context, request& r, user_id who) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto language = command->text("language", language_bytes_max);
    if (!language.empty() && language != "en" && language != "ru" && language != "auto")
        command->refuse("language", "unknown", "must be \"en\", \"ru\" or \"auto\"");
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    if (language == "auto")
        language.clear();
    const auto user = co_await context.backend.choose_language(who, std::move(language));
    if (!user)
        co_return user.error();
    co_return json_response(200, user_json(*user));
}

answer change_password(const endpoint_context& context, request& r, user_id user) {
    auto shown = shown_token_of(r, context.base_url());
    if (!shown)
        co_return shown.error();
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto current = command->text("current_password", password_bytes_max);
    auto password = command->text("password", password_bytes_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    visitor who{r};
    const auto changed = co_await context.backend.change_password(
        user, std::move(who), std::move(shown->token), std::move(current), std::move(password));
    if (!changed)
        co_return changed.error();
    co_return response{204};
}

answer change_email(const endpoint_context& context, request& r, user_id user) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto current = command->text("current_password", password_bytes_max);
    auto email = command->text("email", email_bytes_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    visitor who{r};
    const auto accepted =
        co_await context.backend.change_email(user, std::move(who), std::move(current), std::move(email));
    if (!accepted)
        co_return accepted.error();
    co_return json_response(202, "{}");
}

answer delete_me(const endpoint_context& context, request& r, user_id user) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto current = command->text("current_password", password_bytes_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    visitor who{r};
    const auto closed = co_await context.backend.close_account(user, std::move(who), std::move(current));
    if (!closed)
        co_return closed.error();
    co_return signed_out(r, context.base_url());
}

} // namespace atelier::http
