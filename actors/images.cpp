#include "actors/images.hpp"

#include "actors/domain/random.hpp"
#include "actors/engines/image_file.hpp"
#include "persistence/blobs/blob_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

constexpr std::size_t filename_max = 120;

std::string_view extension_of(std::string_view content_type) {
    if (content_type == "image/png")
        return "png";
    return content_type == "image/webp" ? "webp" : "jpg";
}

/// A name that is safe in a header, a path and a page: what a browser would call the file.
std::string sanitized(std::string_view name, std::string_view content_type) {
    const auto slash = name.find_last_of("/\\");
    if (slash != std::string_view::npos)
        name.remove_prefix(slash + 1);
    std::string clean;
    for (const char c : name.substr(0, filename_max)) {
        const bool harmless = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
                              std::string_view{"\"%$|:;*?<>"}.find(c) == std::string_view::npos;
        clean += harmless ? c : '-';
    }
    return clean.empty() ? fmt::format("image.{}", extension_of(content_type)) : clean;
}

} // namespace

image_library::image_library(blob_store& store, id_source& ids, random_source& random,
                             std::string service_name, image_limits limits)
    : store_{store}, ids_{ids}, random_{random}, service_name_{std::move(service_name)}, limits_{limits} {}

outcome<new_image> image_library::store_upload(const std::filesystem::path& file, std::string_view filename,
                                               std::string room_type) {
    auto image = store(file, std::string{filename});
    if (image)
        image->room_type = std::move(room_type);
    return image;
}

outcome<new_image> image_library::store_output(const std::filesystem::path& file, generation_id made_by,
                                               std::string room_type) {
    auto image = store(file, fmt::format("generation-{}", made_by.value));
    if (!image)
        return image;
    image->filename += fmt::format(".{}", extension_of(image->content_type));
    image->output = true;
    image->room_type = std::move(room_type);
    image->metadata = fmt::format(R"({{"generation_id":{}}})", made_by.value);
    return image;
}

outcome<new_image> image_library::store(const std::filesystem::path& file, std::string filename) {
    const auto info = inspect_image(file, {limits_.pixels, limits_.decode_timeout});
    if (!info)
        return info.error();
    new_image image;
    image.id = image_id{ids_.next(id_sequence::images)};
    image.blob = blob_id{ids_.next(id_sequence::active_storage_blobs)};
    image.attachment = attachment_id{ids_.next(id_sequence::active_storage_attachments)};
    if (!image.id || !image.blob || !image.attachment)
        return errc::overloaded;
    image.key = new_blob_key(random_);
    auto stored = store_.put(image.key, file);
    if (!stored)
        return stored.error();
    image.filename = sanitized(filename, info->content_type);
    image.content_type = info->content_type;
    image.metadata = "{}";
    image.blob_metadata = fmt::format(R"({{"identified":true,"width":{},"height":{},"analyzed":true}})",
                                      info->width, info->height);
    image.service_name = service_name_;
    image.byte_size = stored->byte_size;
    image.checksum = std::move(stored->checksum);
    return image;
}

std::filesystem::path image_library::path_of(const image_record& image) const {
    return store_.path(image.key);
}

} // namespace atelier
