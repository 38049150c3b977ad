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

} // namespace

std::string sanitized_filename(std::string_view name, std::string_view content_type) {
    const auto slash = name.find_last_of("/\\");
    if (slash != std::string_view::npos)
        name.remove_prefix(slash + 1);
    auto size = std::min(name.size(), filename_max);
    while (size > 0 && size < name.size() && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80)
        --size; // not within a character
    std::string clean;
    for (const char c : name.substr(0, size)) {
        const bool harmless = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
                              std::string_view{"\"%$|:;*?<>"}.find(c) == std::string_view::npos;
        clean += harmless ? c : '-';
    }
    return clean.empty() ? fmt::format("image.{}", extension_of(content_type)) : clean;
}

image_library::image_library(blob_store& store, id_source& ids, random_source& random,
                             std::string service_name, image_limits limits, std::filesystem::path temporary)
    : store_{store}, ids_{ids}, random_{random}, service_name_{std::move(service_name)}, limits_{limits},
      temporary_{std::move(temporary)} {}

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
    image.filename = sanitized_filename(filename, info->content_type);
    image.content_type = info->content_type;
    image.metadata = "{}";
    image.blob_metadata = analyzed_metadata({}, info->width, info->height);
    image.service_name = service_name_;
    image.byte_size = stored->byte_size;
    image.checksum = std::move(stored->checksum);
    return image;
}

status image_library::receive(const std::filesystem::path& file, std::string_view key,
                              std::string_view checksum, std::int64_t byte_size) {
    const auto there = store_.compare(key, checksum, byte_size);
    if (!there)
        return there.error();
    if (*there)
        return done{};
    const auto sent = file_digest(file);
    if (!sent)
        return sent.error();
    if (sent->checksum != checksum || sent->byte_size != byte_size)
        return invalid_field("checksum", "mismatch", "is not that of the file");
    const auto stored = store_.put(key, file);
    if (stored)
        return done{};
    if (const auto faster = store_.compare(key, checksum, byte_size); faster && *faster)
        return done{};
    return stored.error().code == errc::internal ? failure{errc::state_conflict, "The key is in use."}
                                                 : stored.error();
}

outcome<new_image> image_library::inspect(const direct_upload& upload, std::string room_type) const {
    const auto there = store_.compare(upload.key, upload.checksum, upload.byte_size);
    if (!there)
        return there.error();
    if (!*there)
        return invalid_field("signed_id", "incomplete", "stands for an upload whose file has not come");
    const auto file = fetch_blob(upload.key, upload.checksum);
    if (!file)
        return file.error();
    const auto info = inspect_image(file->path(), {limits_.pixels, limits_.decode_timeout});
    if (!info)
        return info.error();
    new_image image;
    image.blob = upload.id;
    image.room_type = std::move(room_type);
    image.content_type = info->content_type;
    image.blob_metadata = analyzed_metadata(upload.metadata, info->width, info->height);
    return image;
}

void image_library::remove(const std::vector<std::string>& keys) {
    for (const auto& key : keys)
        store_.remove(key);
}

bool image_library::is_here(const image_record& image) const {
    return !store_.path(image.key).empty();
}

outcome<local_file> image_library::fetch_input(const image_record& image) const {
    return fetch_blob(image.key, image.checksum);
}

outcome<local_file> image_library::fetch_blob(const std::string& key, std::string_view checksum) const {
    if (auto path = store_.path(key); !path.empty())
        return local_file{std::move(path)};
    temporary_file place{temporary_, "fetched"};
    if (!place.is_there())
        return failure{errc::unavailable, "the temporary directory cannot be written"};
    std::error_code error;
    std::filesystem::remove(place.path(), error); // the store makes it
    const auto fetched = store_.fetch(key, place.path());
    if (!fetched)
        return fetched.error();
    if (fetched->checksum != checksum && !checksum.empty())
        return failure{errc::unavailable, "the file " + key + " is not the one that was stored"};
    return local_file{std::move(place)};
}

} // namespace atelier
