#include "http/accept.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/file_response.hpp"
#include "http/endpoints/lists.hpp"

#include <charconv>
#include <utility>

namespace atelier::http {
namespace {

outcome<std::int32_t> width_of(std::string_view text) {
    std::int32_t width = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
    if (error != std::errc{} || end != text.data() + text.size() || width <= 0)
        return invalid_field("width", "invalid", "must be a number of pixels");
    return width;
}

/// `?width=` and, from who may have it, `?original=`.
outcome<image_variant> variant_of(const request& r, bool may_have_original) {
    const auto original = r.query_value("original");
    const auto width = r.query_value("width");
    if (original && !may_have_original)
        return invalid_field("original", "unknown", "originals are for their owners");
    if (original && *original != "true" && *original != "false")
        return invalid_field("original", "invalid", "must be true or false");
    const bool as_it_came = original == "true";
    if (as_it_came && width)
        return invalid_field("width", "invalid", "goes with no original");
    if (!width)
        return image_variant{as_it_came ? image_variant::kind::original : image_variant::kind::clean};
    const auto pixels = width_of(*width);
    if (!pixels)
        return pixels.error();
    return image_variant{*pixels, accepts_by_name(r.header("accept"), "image/webp")};
}

response to_response(const request& r, const image_variant& variant, const image_file& file) {
    auto answer = file_response(r, file);
    if (variant.what == image_variant::kind::thumbnail)
        answer.with("Vary", "Accept");
    return answer;
}

} // namespace

answer show_image_file(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<image_id>(r);
    if (!id)
        co_return id.error();
    const auto variant = variant_of(r, true);
    if (!variant)
        co_return variant.error();
    const auto file = co_await context.backend.image_content(who, *id, *variant);
    if (!file)
        co_return file.error();
    co_return to_response(r, *variant, *file);
}

answer show_linked_file(const endpoint_context& context, request& r) {
    const auto id = path_id<image_id>(r);
    if (!id)
        co_return id.error();
    const auto variant = variant_of(r, false);
    if (!variant)
        co_return variant.error();
    image_link link;
    link.image = *id;
    link.expires = r.query_value("expires").value_or("");
    link.signature = r.query_value("signature").value_or("");
    const auto file = co_await context.backend.linked_image_content(std::move(link), *variant);
    if (!file)
        co_return file.error();
    co_return to_response(r, *variant, *file);
}

} // namespace atelier::http
