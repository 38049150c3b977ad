#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/idempotency.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"

#include <utility>

namespace atelier::http {

answer create_payment(const endpoint_context& context, request& r, user_id who) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    const auto package = command->key<token_package_id>("token_package_id");
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    auto key = read_command_key(r, command->canonical());
    if (!key)
        co_return key.error();
    auto stored = co_await context.backend.order(who, package, std::move(*key));
    if (!stored)
        co_return stored.error();
    co_return stored_response(std::move(*stored));
}

answer list_payments(const endpoint_context& context, request& r, user_id who) {
    const auto wanted = read_page(r, cursor_kind::payments);
    if (!wanted)
        co_return wanted.error();
    const auto page = co_await context.backend.payments(who, payment_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, payment_json, cursor_kind::payments);
}

answer show_payment(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<payment_id>(r);
    if (!id)
        co_return id.error();
    const auto payment = co_await context.backend.payment(who, *id);
    if (!payment)
        co_return payment.error();
    co_return json_response(200, payment_json(*payment));
}

} // namespace atelier::http
