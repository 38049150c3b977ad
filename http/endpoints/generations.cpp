#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/idempotency.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"

#include <utility>

namespace atelier::http {
namespace {

/// Every JSON reader keeps integers up to here exactly (RFC 8259, 6).
constexpr std::int64_t seed_max = (std::int64_t{1} << 53) - 1;

} // namespace

answer create_generation(const endpoint_context& context, request& r, user_id who) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    generation_order order;
    order.user = who;
    order.input_image = command->key<image_id>("input_image_id");
    order.style = command->key<style_id>("style_id");
    order.seed = command->optional_integer("seed", 0, seed_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    auto key = read_command_key(r, command->canonical());
    if (!key)
        co_return key.error();
    order.key = std::move(*key);
    auto stored = co_await context.backend.generate(std::move(order));
    if (!stored)
        co_return stored.error();
    co_return stored_response(std::move(*stored));
}

answer list_generations(const endpoint_context& context, request& r, user_id who) {
    const auto wanted = read_page(r, cursor_kind::generations);
    if (!wanted)
        co_return wanted.error();
    const auto page = co_await context.backend.generations(who, generation_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(*page, generation_json, cursor_kind::generations);
}

answer show_generation(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<generation_id>(r);
    if (!id)
        co_return id.error();
    const auto generation = co_await context.backend.generation(who, *id);
    if (!generation)
        co_return generation.error();
    co_return json_response(200, generation_json(*generation));
}

answer cancel_generation(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<generation_id>(r);
    if (!id)
        co_return id.error();
    if (!r.body.empty()) {
        auto command = json_command::read(r);
        if (!command)
            co_return command.error();
        if (const auto valid = command->finish(); !valid)
            co_return valid.error();
    }
    const auto generation = co_await context.backend.cancel(who, *id);
    if (!generation)
        co_return generation.error();
    co_return json_response(200, generation_json(*generation));
}

} // namespace atelier::http
