#include "actors/domain/views.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"
#include "http/endpoints/upload.hpp"

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace {

/// `?room_type=`; "" when there is none.
outcome<std::string> room_type_of(const request& r) {
    constexpr std::size_t length_max = 40;
    const auto room = r.query_value("room_type");
    if (!room)
        return std::string{};
    const bool valid = !room->empty() && room->size() <= length_max &&
                       std::ranges::all_of(*room, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    if (!valid)
        return invalid_field("room_type", "invalid", "must be 1 to 40 lower-case letters and underscores");
    return std::string{*room};
}

} // namespace

answer create_image(const endpoint_context& context, request& r, user_id who) {
    auto room = room_type_of(r);
    if (!room)
        co_return room.error();
    auto received = co_await take_upload(context.files, r);
    if (!received)
        co_return received.error();
    upload file;
    file.path = received->content->path();
    file.filename = std::move(received->filename);
    file.room_type = std::move(*room);
    const auto image = co_await context.backend.add_image(who, std::move(file));
    if (!image)
        co_return image.error();
    auto created = json_response(201, image_json(*image));
    created.with("Location", "/v1/images/" + std::to_string(image->id.value));
    co_return created;
}

answer show_image(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<image_id>(r);
    if (!id)
        co_return id.error();
    const auto image = co_await context.backend.image(who, *id);
    if (!image)
        co_return image.error();
    co_return json_response(200, image_json(*image));
}

} // namespace atelier::http
