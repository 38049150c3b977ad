#include "actors/domain/views.hpp"
#include "http/endpoints/direct_uploads.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/filters.hpp"
#include "http/endpoints/lists.hpp"
#include "http/endpoints/upload.hpp"
#include "http/media_type.hpp"

#include <utility>

namespace atelier::http {
namespace {

response created(const endpoint_context& context, const image_record& image) {
    auto r = json_response(201, image_json(image, context.backend.links_of(image.id)));
    r.with("Location", "/v1/images/" + std::to_string(image.id.value));
    return r;
}

} // namespace

answer create_image(const endpoint_context& context, request& r, user_id who) {
    if (media_type(r.header("content-type")) == "application/json") {
        const auto image = co_await attach_image(context, r, who);
        if (!image)
            co_return image.error();
        co_return created(context, *image);
    }
    auto room = read_room_type(r);
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
    co_return created(context, *image);
}

answer list_images(const endpoint_context& context, request& r, user_id who) {
    auto filter = read_image_filter(r);
    if (!filter)
        co_return filter.error();
    const auto narrowed = filter_text(*filter);
    const auto wanted = read_page(r, cursor_kind::images, narrowed);
    if (!wanted)
        co_return wanted.error();
    const auto page =
        co_await context.backend.images(who, std::move(*filter), image_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    const auto view = [&context](const image_record& image) {
        return image_json(image, context.backend.links_of(image.id));
    };
    co_return page_response(r, *page, view, cursor_kind::images, narrowed);
}

answer show_image(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<image_id>(r);
    if (!id)
        co_return id.error();
    const auto image = co_await context.backend.image(who, *id);
    if (!image)
        co_return image.error();
    co_return json_response(200, image_json(*image, context.backend.links_of(*id)));
}

answer delete_image(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<image_id>(r);
    if (!id)
        co_return id.error();
    const auto deleted = co_await context.backend.delete_image(who, *id);
    if (!deleted)
        co_return deleted.error();
    co_return response{204};
}

} // namespace atelier::http
