#include "http/pages/checkout.hpp"

#include "actors/mail/language.hpp"
#include "http/endpoints/endpoints.hpp"

#include <utility>

namespace atelier::http {

answer show_checkout_page(const endpoint_context& context, request& r) {
    const std::string key{r.query_value("key").value_or("")};
    auto asked = key;
    const auto view = co_await context.backend.checkout(r.path_parameters.front(), std::move(asked));
    if (!view)
        co_return view.error();
    co_return checkout_page(to_string(preferred_language(r.header("accept-language"))), *view, key);
}

answer show_checkout_status(const endpoint_context& context, request& r) {
    std::string key{r.query_value("key").value_or("")};
    auto status = co_await context.backend.checkout_status(r.path_parameters.front(), std::move(key));
    if (!status)
        co_return status.error();
    auto reply = json_response(200, std::move(*status));
    reply.with("Cache-Control", "no-store");
    co_return reply;
}

answer show_checkout_script(const endpoint_context&, request&) {
    co_return checkout_script();
}

} // namespace atelier::http
