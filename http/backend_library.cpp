#include "http/backend_parts.hpp"
#include "persistence/queries/catalog.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/library.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <variant>

/// The service's part about what a user keeps: direct uploads, lists, deletion.
namespace atelier::http {

using attachable = std::variant<direct_upload, image_id>;

// -- direct uploads -----------------------------------------------------------------------------------------

reply<direct_upload_offer> backend_service::begin_direct_upload(user_id user, direct_upload wanted) {
    auto& back = parts_->back;
    const auto& config = back.options.config;
    if (std::cmp_greater(wanted.byte_size, config.images.upload_limit))
        co_return invalid_field("byte_size", "out_of_range",
                                "must be at most " + std::to_string(config.images.upload_limit));
    wanted.filename = sanitized_filename(wanted.filename, wanted.content_type);
    wanted.key = new_blob_key(back.random);
    wanted.service_name = config.images.service_name;
    wanted.created_at = back.time.now();
    const auto expires_at = wanted.created_at + config.sweeper.orphan_age;
    auto insert = [user, wanted, expires_at](pg::connection& database) {
        return queries::insert_direct_upload(database, user, wanted, expires_at);
    };
    const auto made = co_await read<blob_id>(back.reads, std::move(insert));
    if (!made)
        co_return made.error();
    direct_upload_offer offer;
    offer.signed_id = back.signer.sign_blob(*made, std::nullopt);
    disk_upload_link link;
    link.key = wanted.key;
    link.content_type = wanted.content_type;
    link.content_length = wanted.byte_size;
    link.checksum = wanted.checksum;
    link.service_name = wanted.service_name;
    offer.url = back.options.base_url() +
                disk_upload_path(back.signer.sign_upload(link, wanted.created_at + direct_upload_lifetime));
    offer.headers.emplace("Content-Type", wanted.content_type);
    offer.blob = std::move(wanted);
    offer.blob.id = *made;
    co_return offer;
}

reply<done> backend_service::receive_direct_upload(direct_upload_content content) {
    auto& back = parts_->back;
    const auto link = back.signer.read_upload(content.token, back.time.now());
    if (!link || link->service_name != back.options.config.images.service_name)
        co_return errc::not_found;
    if (content.content_type != link->content_type)
        co_return invalid_field("Content-Type", "mismatch", "is not what was announced");
    if (std::cmp_not_equal(content.byte_size, link->content_length))
        co_return invalid_field("Content-Length", "mismatch", "is not what was announced");
    // What was deleted meanwhile gets no file any more; if that happens just now, the file is swept away.
    auto query = [key = link->key](pg::connection& database) {
        return queries::list_keys_without_blob(database, {key});
    };
    const auto missing = co_await read<std::vector<std::string>>(back.reads, std::move(query));
    if (!missing)
        co_return missing.error();
    if (!missing->empty())
        co_return errc::not_found;
    auto receive = [&back, link = *link, path = content.path] {
        return back.images.receive(path, link.key, link.checksum, link.content_length);
    };
    co_return co_await run<done>(back.image_pool, std::move(receive));
}

reply<image_record> backend_service::attach_image(user_id user, std::string signed_id,
                                                  std::string room_type) {
    auto& back = parts_->back;
    const auto now = back.time.now();
    const auto blob = back.signer.read_blob(signed_id, now);
    if (!blob)
        co_return invalid_field("signed_id", "invalid", "is no signed id of a blob");
    auto find = [user, blob = *blob](pg::connection& database) {
        return queries::find_attachable(database, user, blob);
    };
    auto found = co_await read<attachable>(back.reads, find);
    if (found && std::holds_alternative<direct_upload>(*found)) {
        auto inspect = [&back, upload = std::get<direct_upload>(*found), room_type = std::move(room_type)] {
            return back.images.inspect(upload, room_type);
        };
        auto seen = co_await run<new_image>(back.image_pool, std::move(inspect));
        if (!seen)
            co_return seen.error();
        auto attach = [user, now, seen = std::move(*seen)](pg::connection& database) {
            return queries::attach_direct_upload(database, user, seen.blob, seen, now);
        };
        const auto image = co_await read<image_id>(back.reads, std::move(attach));
        if (image)
            co_return co_await parts_->find_image(user, *image);
        if (image.error().code != errc::state_conflict)
            co_return image.error();
        found = co_await read<attachable>(back.reads, find); // somebody was faster, perhaps with the same
    }
    if (!found)
        co_return found.error().code == errc::not_found
            ? invalid_field("signed_id", "unknown", "stands for no upload of yours")
            : found.error();
    if (const auto* const image = std::get_if<image_id>(&*found))
        co_return co_await parts_->find_image(user, *image);
    co_return errc::state_conflict;
}

// -- lists --------------------------------------------------------------------------------------------------

reply<page<image_record>> backend_service::images(user_id user, image_filter filter, image_id before,
                                                  std::int32_t limit) {
    auto query = [user, filter = std::move(filter), before, limit](pg::connection& database) {
        return queries::list_images(database, user, filter, before, limit);
    };
    auto found = co_await read<page<image_record>>(parts_->back.reads, std::move(query));
    if (found)
        for (auto& image : found->data)
            parts_->sign(image);
    co_return found;
}

reply<page<generation_record>> backend_service::generations(user_id user, generation_filter filter,
                                                            generation_id before, std::int32_t limit) {
    if (filter.style) {
        const auto all = co_await parts_->goods();
        if (!all)
            co_return all.error();
        const auto& styles = all.value()->styles;
        if (std::ranges::find(styles, filter.style, &style_record::id) == styles.end()) {
            auto query = [style = filter.style](pg::connection& database) {
                return queries::get_style(database, style); // it may be retired
            };
            const auto retired = co_await read<style_record>(parts_->back.reads, std::move(query));
            if (!retired)
                co_return retired.error().code == errc::not_found
                    ? invalid_field("style_id", "unknown", "There is no such style.")
                    : retired.error();
        }
    }
    auto query = [user, filter = std::move(filter), before, limit](pg::connection& database) {
        return queries::list_generations(database, user, before, limit, filter);
    };
    co_return co_await read<page<generation_record>>(parts_->back.reads, std::move(query));
}

// -- deletion -----------------------------------------------------------------------------------------------

/// The rows are gone. A file that stays, because this process ends now or its pool is full, is swept away.
reply<done> backend_service::remove_files(std::vector<std::string> keys) {
    if (keys.empty())
        co_return done{};
    auto& back = parts_->back;
    auto remove = [&back, keys = std::move(keys)]() -> status {
        back.images.remove(keys);
        for (const auto& key : keys)
            back.variants.forget(key);
        return done{};
    };
    const auto removed = co_await run<done>(back.image_pool, std::move(remove));
    if (!removed)
        spdlog::info("files of deleted images are left to the sweeper");
    co_return done{};
}

reply<done> backend_service::delete_image(user_id user, image_id image) {
    auto& back = parts_->back;
    auto work = [user, image, now = back.time.now()](pg::connection& database) {
        return queries::delete_image(database, user, image, now);
    };
    auto keys = co_await read<std::vector<std::string>>(back.reads, std::move(work));
    if (!keys)
        co_return keys.error();
    back.owners.forget(image);
    co_return co_await remove_files(std::move(*keys));
}

reply<done> backend_service::delete_generation(user_id user, generation_id generation) {
    auto& back = parts_->back;
    auto work = [user, generation, now = back.time.now()](pg::connection& database) {
        return queries::delete_generation(database, user, generation, now);
    };
    auto keys = co_await read<std::vector<std::string>>(back.reads, std::move(work));
    if (!keys)
        co_return keys.error();
    co_return co_await remove_files(std::move(*keys));
}

} // namespace atelier::http
