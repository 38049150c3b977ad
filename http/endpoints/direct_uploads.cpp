#include "http/endpoints/direct_uploads.hpp"

#include "actors/domain/library.hpp"
#include "actors/domain/views.hpp"
#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/filters.hpp"
#include "http/file.hpp"
#include "http/file_pool.hpp"
#include "http/json_command.hpp"
#include "http/media_type.hpp"

#include <utility>

namespace atelier::http {
namespace {

/// A signed id is at most half of it.
constexpr std::uint64_t attachment_max = 16UL * 1024;

/// Bodies of this path lie in files, as most are pictures. Blocks on the disk.
outcome<std::string> read_body(const std::filesystem::path& path, std::uint64_t size) {
    const auto source = file::open(path);
    if (!source)
        return source.error();
    std::string text(size, '\0');
    const auto got = source->read(0, std::span{text});
    if (!got)
        return got.error();
    text.resize(*got);
    return text;
}

} // namespace

answer create_direct_upload(const endpoint_context& context, request& r, user_id who) {
    if (media_type(r.header("content-type")) != "application/json")
        co_return failure{errc::unsupported_media_type, "send application/json"};
    auto wanted = read_direct_upload(r.body);
    if (!wanted)
        co_return wanted.error();
    const auto offer = co_await context.backend.begin_direct_upload(who, std::move(*wanted));
    if (!offer)
        co_return offer.error();
    co_return json_response(200, direct_upload_json(*offer));
}

answer store_direct_upload(const endpoint_context& context, request& r) {
    direct_upload_content content;
    content.token = r.path_parameters.front();
    content.content_type = media_type(r.header("content-type"));
    content.byte_size = r.body_size;
    const auto body = std::exchange(r.body_file, nullptr);
    if (body)
        content.path = body->path();
    const auto stored = co_await context.backend.receive_direct_upload(std::move(content));
    if (!stored)
        co_return stored.error();
    co_return response{204};
}

reply<image_record> attach_image(const endpoint_context& context, request& r, user_id who) {
    constexpr std::size_t room_type_max = 40;
    if (r.body_size > attachment_max)
        co_return errc::payload_too_large;
    if (const auto body = std::exchange(r.body_file, nullptr)) {
        auto work = [&body, size = r.body_size] { return read_body(body->path(), size); };
        auto text = co_await context.files.run(std::move(work));
        if (!text)
            co_return text.error();
        r.body = std::move(*text);
    }
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto signed_id = command->text("signed_id", attachment_max);
    auto room = command->optional_text("room_type", room_type_max).value_or("");
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    if (!room.empty() && !is_room_type(room))
        co_return invalid_room_type();
    co_return co_await context.backend.attach_image(who, std::move(signed_id), std::move(room));
}

} // namespace atelier::http
