#include "actors/mail/language.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/form.hpp"
#include "http/media_type.hpp"
#include "http/pages/confirmation.hpp"
#include "http/pages/password_reset.hpp"

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

std::string_view language_of(const request& r) {
    return to_string(preferred_language(r.header("accept-language")));
}

outcome<form_fields> form_in(const request& r) {
    if (media_type(r.header("content-type")) != "application/x-www-form-urlencoded")
        return failure{errc::unsupported_media_type,
                       "the Content-Type must be application/x-www-form-urlencoded"};
    return parse_form(r.body);
}

/// A field that is there once; "" otherwise.
std::string field(const form_fields& fields, std::string_view name) {
    const auto by_name = &form_fields::value_type::first;
    if (std::ranges::count(fields, name, by_name) != 1)
        return {};
    return std::ranges::find(fields, name, by_name)->second;
}

} // namespace

answer show_confirmation_page(const endpoint_context&, request& r) {
    const auto token = r.query_value("token");
    if (!token || token->empty())
        co_return not_confirmed_page(language_of(r), errc::invalid_token);
    co_return confirmation_page(language_of(r), *token);
}

answer confirm_on_page(const endpoint_context& context, request& r) {
    const auto fields = form_in(r);
    if (!fields)
        co_return not_confirmed_page(language_of(r), fields.error());
    auto token = field(*fields, "token");
    if (token.empty())
        co_return not_confirmed_page(language_of(r), errc::invalid_token);
    const auto user = co_await context.backend.confirm(std::move(token));
    if (!user)
        co_return not_confirmed_page(language_of(r), user.error());
    co_return confirmed_page(language_of(r));
}

answer show_reset_page(const endpoint_context&, request& r) {
    const auto token = r.query_value("token");
    if (!token || token->empty())
        co_return not_reset_page(language_of(r), errc::invalid_token);
    co_return reset_page(language_of(r), *token);
}

answer reset_on_page(const endpoint_context& context, request& r) {
    const auto fields = form_in(r);
    if (!fields)
        co_return not_reset_page(language_of(r), fields.error());
    const auto token = field(*fields, "token");
    auto password = field(*fields, "password");
    visitor who{r};
    const auto changed = co_await context.backend.reset_password(std::move(who), token, std::move(password));
    if (changed)
        co_return password_set_page(language_of(r));
    if (changed.error().code == errc::validation_failed)
        co_return reset_page(language_of(r), token, &changed.error());
    co_return not_reset_page(language_of(r), changed.error());
}

} // namespace atelier::http
