#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"

#include <utility>

namespace atelier::http {

answer show_wallet(const endpoint_context& context, request&, user_id who) {
    auto wallet = co_await context.backend.wallet(who);
    if (!wallet)
        co_return wallet.error();
    co_return json_response(200, std::move(*wallet));
}

answer list_transactions(const endpoint_context& context, request& r, user_id who) {
    const auto wanted = read_page(r, cursor_kind::transactions);
    if (!wanted)
        co_return wanted.error();
    const auto page =
        co_await context.backend.transactions(who, transaction_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, transaction_json, cursor_kind::transactions);
}

} // namespace atelier::http
