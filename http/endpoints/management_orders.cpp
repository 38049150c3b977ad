#include "actors/domain/views.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/filters.hpp"
#include "http/endpoints/idempotency.hpp"
#include "http/endpoints/lists.hpp"
#include "http/management.hpp"

#include <charconv>
#include <utility>

/// Everybody's payments and generations.
namespace atelier::http {
namespace {

/// The parameters that a filter was read from, as its cursors know it.
std::string filter_of(const request& r, std::initializer_list<std::string_view> names) {
    std::string text;
    for (const auto name : names)
        if (const auto value = r.query_value(name))
            text.append(name).append("=").append(*value).append(";");
    return text;
}

outcome<user_id> read_user(const request& r) {
    const auto text = r.query_value("user_id");
    if (!text)
        return user_id{};
    user_id user;
    const auto* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, user.value);
    if (error != std::errc{} || stop != end || user.value <= 0)
        return invalid_field("user_id", "invalid", "must be the id of a user");
    return user;
}

outcome<payment_filter> read_payment_filter(const request& r) {
    payment_filter filter;
    const auto user = read_user(r);
    if (!user)
        return user.error();
    filter.user = *user;
    if (const auto state = r.query_value("status")) {
        filter.status = parse_payment_status(*state);
        if (!filter.status)
            return invalid_field("status", "invalid", "must be one of a payment's");
    }
    filter.invoice_id = r.query_value("invoice_id").value_or("");
    filter.transaction_id = r.query_value("transaction_id").value_or("");
    return filter;
}

reply<generation_record> named_generation(service& backend, const request& r) {
    const auto id = path_id<generation_id>(r);
    if (!id)
        co_return id.error();
    co_return co_await backend.managed().generation(*id);
}

} // namespace

answer find_payments(service& backend, request& r) {
    auto filter = read_payment_filter(r);
    if (!filter)
        co_return filter.error();
    const auto text = filter_of(r, {"user_id", "status", "invoice_id", "transaction_id"});
    const auto wanted = read_page(r, cursor_kind::managed_payments, text);
    if (!wanted)
        co_return wanted.error();
    const auto page =
        co_await backend.managed().payments(*std::move(filter), payment_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, managed_payment_json, cursor_kind::managed_payments, text);
}

answer show_managed_payment(service& backend, request& r) {
    const auto id = path_id<payment_id>(r);
    if (!id)
        co_return id.error();
    const auto payment = co_await backend.managed().payment(*id);
    if (!payment)
        co_return payment.error();
    co_return json_response(200, managed_payment_json(*payment));
}

answer find_generations(service& backend, request& r) {
    const auto user = read_user(r);
    if (!user)
        co_return user.error();
    const auto filter = read_generation_filter(r);
    if (!filter)
        co_return filter.error();
    const auto text = filter_of(r, {"user_id", "status"});
    const auto wanted = read_page(r, cursor_kind::managed_generations, text);
    if (!wanted)
        co_return wanted.error();
    const auto page = co_await backend.managed().generations(*user, filter->status,
                                                             generation_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, managed_generation_json, cursor_kind::managed_generations, text);
}

answer show_managed_generation(service& backend, request& r) {
    const auto found = co_await named_generation(backend, r);
    if (!found)
        co_return found.error();
    co_return json_response(200, managed_generation_json(*found));
}

answer cancel_managed_generation(service& backend, request& r) {
    const auto found = co_await named_generation(backend, r);
    if (!found)
        co_return found.error();
    const auto ended = co_await backend.cancel(found->user, found->id);
    if (!ended)
        co_return ended.error();
    co_return json_response(200, managed_generation_json(*ended));
}

/// The same again, for the tokens that its failure gave back. The key makes it happen once for each that has
/// failed.
answer retry_generation(service& backend, request& r) {
    const auto failed = co_await named_generation(backend, r);
    if (!failed)
        co_return failed.error();
    if (failed->status != generation_status::failed)
        co_return failure{errc::state_conflict, "Only a generation that has failed can be tried again."};
    generation_order again;
    again.user = failed->user;
    again.input_image = failed->input_image;
    again.style = failed->style;
    again.seed = failed->seed;
    const auto key = "operator-retry-" + std::to_string(failed->id.value);
    again.key = command_key{key, key};
    again.why = {r.trace, r.request_id};
    auto stored = co_await backend.generate(std::move(again));
    if (!stored)
        co_return stored.error();
    co_return stored_response(std::move(*stored));
}

} // namespace atelier::http
