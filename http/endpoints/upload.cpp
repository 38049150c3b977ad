#include "http/endpoints/upload.hpp"

#include "http/file.hpp"
#include "http/media_type.hpp"
#include "http/multipart.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier::http {
namespace {

constexpr std::size_t block_size = 256UL * 1024;

failure unsupported(std::string detail) {
    return {errc::unsupported_media_type, std::move(detail)};
}

bool is_picture(std::string_view type) {
    return type == "image/jpeg" || type == "image/png" || type == "image/webp";
}

/// "upload.jpeg" for "image/jpeg".
std::string made_up_name(std::string_view type) {
    return "upload." + std::string{type.substr(type.find('/') + 1)};
}

/// Copies a part of a file into a new one. Blocks on the disk.
status copy_part(const std::filesystem::path& from, const located_part& part,
                 const std::filesystem::path& to) {
    const auto source = file::open(from);
    if (!source)
        return source.error();
    auto target = file::create(to);
    if (!target)
        return target.error();
    std::vector<char> block(block_size);
    for (std::uint64_t copied = 0; copied < part.length;) {
        const auto wanted = std::min<std::uint64_t>(block.size(), part.length - copied);
        const auto got = source->read(part.offset + copied, std::span{block}.first(wanted));
        if (!got)
            return got.error();
        if (*got == 0)
            return failure{errc::internal, "an upload has lost its end"};
        if (auto written = target->append({block.data(), *got}); !written)
            return written;
        copied += *got;
    }
    return done{};
}

/// Finds the part `file` and gives it a file of its own. Blocks on the disk.
outcome<received_file> extract(const std::filesystem::path& body, const std::string& boundary) {
    auto part = find_part(body, boundary, "file");
    if (!part)
        return part.error();
    const auto type = media_type(part->content_type);
    // Many clients do not know the types of pictures. What it really is, its bytes say.
    const bool unknown = type.empty() || type == "application/octet-stream";
    if (!unknown && !is_picture(type))
        return unsupported("the part `file` must be image/jpeg, image/png or image/webp");
    if (part->length == 0)
        return invalid_field("file", "required", "is empty");
    auto path = body;
    path += ".part";
    auto content = std::make_shared<temporary_file>(path);
    if (const auto copied = copy_part(body, *part, path); !copied)
        return copied.error();
    auto name = part->filename.value_or(std::string{});
    if (name.empty())
        name = unknown ? "upload" : made_up_name(type);
    return received_file{std::move(content), std::move(name)};
}

} // namespace

reply<received_file> take_upload(file_pool& files, request& r) {
    const auto content_type = r.header("content-type");
    const auto type = media_type(content_type);
    const bool is_form = type == "multipart/form-data";
    if (!is_form && !is_picture(type))
        co_return unsupported("send image/jpeg, image/png, image/webp or multipart/form-data");
    auto body = std::exchange(r.body_file, nullptr);
    if (!body || r.body_size == 0)
        co_return invalid_field("file", "required", "the body is empty");
    if (!is_form)
        co_return received_file{std::move(body), made_up_name(type)};
    const auto boundary = multipart_boundary(content_type);
    if (!boundary)
        co_return boundary.error();
    auto work = [&body, &boundary] { return extract(body->path(), *boundary); };
    co_return co_await files.run(std::move(work));
}

} // namespace atelier::http
