#include "http/endpoints/await_end.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/filters.hpp"
#include "http/endpoints/idempotency.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"
#include "http/prefer.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace atelier::http {
namespace {

/// Every JSON reader keeps integers up to here exactly (RFC 8259, 6).
constexpr std::int64_t seed_max = (std::int64_t{1} << 53) - 1;

/// The one that was accepted; none when it was refused.
generation_id generation_of(const stored_answer& stored) {
    const auto number = std::string_view{stored.location}.substr(stored.location.rfind('/') + 1);
    generation_id id;
    std::from_chars(number.data(), number.data() + number.size(), id.value);
    return id;
}

/// All headers of that name as one list (RFC 9110, 5.3).
std::string joined_header(const request& r, std::string_view name) {
    std::string all;
    for (const auto& [key, value] : r.headers)
        if (key == name)
            all.append(all.empty() ? "" : ", ").append(value);
    return all;
}

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
    order.why = {r.trace, r.request_id};
    auto stored = co_await context.backend.generate(std::move(order));
    if (!stored)
        co_return stored.error();
    const auto wait = preferred_wait(joined_header(r, "prefer"));
    const auto id = wait ? generation_of(*stored) : generation_id{};
    if (!id)
        co_return stored_response(std::move(*stored));
    const auto limit = std::min<std::chrono::milliseconds>(*wait, context.wait_limit);
    const auto ended = co_await await_end(context.backend, who, id, limit);
    auto accepted = stored_response(std::move(*stored));
    if (ended) {
        accepted.status = 200;
        accepted.body = generation_json(*ended);
        accepted.with("Preference-Applied", "wait=" + std::to_string(wait->count()));
    }
    co_return accepted;
}

answer list_generations(const endpoint_context& context, request& r, user_id who) {
    auto filter = read_generation_filter(r);
    if (!filter)
        co_return filter.error();
    const auto narrowed = filter_text(*filter);
    const auto wanted = read_page(r, cursor_kind::generations, narrowed);
    if (!wanted)
        co_return wanted.error();
    const auto page = co_await context.backend.generations(who, std::move(*filter),
                                                           generation_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, generation_json, cursor_kind::generations, narrowed);
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

answer delete_generation(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<generation_id>(r);
    if (!id)
        co_return id.error();
    const auto deleted = co_await context.backend.delete_generation(who, *id);
    if (!deleted)
        co_return deleted.error();
    co_return response{204};
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
