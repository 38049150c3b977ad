#include "actors/mail/language.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/form.hpp"
#include "http/media_type.hpp"
#include "http/pages/confirmation.hpp"

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

std::string_view language_of(const request& r) {
    return to_string(preferred_language(r.header("accept-language")));
}

/// The one field `token` of a form.
outcome<std::string> token_in(const request& r) {
    if (media_type(r.header("content-type")) != "application/x-www-form-urlencoded")
        return failure{errc::unsupported_media_type,
                       "the Content-Type must be application/x-www-form-urlencoded"};
    auto fields = parse_form(r.body);
    if (!fields)
        return fields.error();
    const auto name = &form_fields::value_type::first;
    if (std::ranges::count(*fields, "token", name) != 1)
        return errc::invalid_token;
    return std::ranges::find(*fields, "token", name)->second;
}

} // namespace

answer show_confirmation_page(const endpoint_context&, request& r) {
    const auto token = r.query_value("token");
    if (!token || token->empty())
        co_return not_confirmed_page(language_of(r), errc::invalid_token);
    co_return confirmation_page(language_of(r), *token);
}

answer confirm_on_page(const endpoint_context& context, request& r) {
    auto token = token_in(r);
    if (!token)
        co_return not_confirmed_page(language_of(r), token.error());
    const auto user = co_await context.backend.confirm(std::move(*token));
    if (!user)
        co_return not_confirmed_page(language_of(r), user.error());
    co_return confirmed_page(language_of(r));
}

} // namespace atelier::http
