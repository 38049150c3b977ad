#include "actors/image_files.hpp"

#include "actors/domain/active_storage.hpp"
#include "actors/engines/clean_picture.hpp"
#include "actors/images.hpp"
#include "actors/variant_cache.hpp"
#include "persistence/blobs/blob_store.hpp"

#include <utility>

namespace atelier {
namespace {

using kind = image_variant::kind;

std::string quoted(std::string text) {
    return '"' + std::move(text) + '"';
}

/// Passes a file of the cache on, with what is known of it already. Until it is made, the tag of a copy is
/// not.
variant_cache::callback pass_on(served_file file, image_files::callback answer, std::string copy = {}) {
    return [file = std::move(file), answer = std::move(answer),
            copy = std::move(copy)](outcome<cached_file> found) {
        if (!found) {
            answer(found.error());
            return;
        }
        auto complete = file;
        complete.path = std::move(found->path);
        complete.size = found->size;
        complete.hold = std::move(found->hold);
        // Made again by a newer library it may be another file: its size tells, as a rule.
        if (!copy.empty())
            complete.entity_tag = quoted(copy + '-' + std::to_string(complete.size));
        answer(std::move(complete));
    };
}

} // namespace

image_files::image_files(const blob_store& store, const image_library& library, variant_cache& cache,
                         image_files_options options)
    : store_{store}, library_{library}, cache_{cache}, options_{options} {}

/// What needs no cleaning is its own clean copy.
image_variant image_files::meant(const image_record& image, const image_variant& variant) const {
    if (variant.what == kind::clean && (image.output || !options_.strip_metadata))
        return image_variant{kind::original};
    return variant;
}

void image_files::open(const image_record& image, image_variant variant, callback answer) {
    variant = meant(image, variant);
    served_file file;
    file.content_type = served_type(content_type_of(variant, image.content_type));
    file.filename = filename_of(variant, image.filename);
    // Blobs never change, so that their name does for a digest that is missing.
    const auto& content = image.checksum.empty() ? image.key : image.checksum;
    if (variant.what == kind::original) {
        file.entity_tag = quoted(content);
        open_original(image, std::move(file), std::move(answer));
        return;
    }
    auto make = [this, image, variant](const std::filesystem::path& target) -> status {
        const auto photo = library_.fetch_input(image);
        if (!photo)
            return photo.error();
        return write_clean_picture(photo->path(), target, variant, options_.time_limit);
    };
    cache_.fetch(image.key, name_of(variant), std::move(make),
                 pass_on(std::move(file), std::move(answer), content + '-' + name_of(variant)));
}

void image_files::open_original(const image_record& image, served_file file, callback answer) {
    file.path = store_.path(image.key);
    if (!file.path.empty()) {
        file.size = static_cast<std::uint64_t>(image.byte_size);
        answer(std::move(file));
        return;
    }
    if (options_.redirect) {
        blob_link what;
        what.filename = file.filename;
        what.content_type = file.content_type;
        file.redirect = store_.link(image.key, what);
        if (!file.redirect.empty()) {
            answer(std::move(file));
            return;
        }
    }
    auto make = [this, image](const std::filesystem::path& target) -> status {
        const auto fetched = store_.fetch(image.key, target);
        if (!fetched)
            return fetched.error();
        if (fetched->checksum != image.checksum && !image.checksum.empty())
            return failure{errc::unavailable,
                           "the file of image " + std::to_string(image.id.value) + " is damaged"};
        return done{};
    };
    cache_.fetch(image.key, name_of(image_variant{kind::original}), std::move(make),
                 pass_on(std::move(file), std::move(answer)));
}

} // namespace atelier
