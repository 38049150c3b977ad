#include "http/backend_parts.hpp"

#include <algorithm>

/// The service's part about images.
namespace atelier::http {
namespace {

/// How long a client may keep what it got with its token; with a signed address it is as long as that lives.
constexpr std::chrono::hours fresh_for{1};

image_file to_file(served_file served, const image_record& image) {
    image_file file;
    file.path = std::move(served.path);
    file.size = served.size;
    file.content_type = std::move(served.content_type);
    file.filename = std::move(served.filename);
    file.entity_tag = std::move(served.entity_tag);
    file.redirect = std::move(served.redirect);
    file.hold = std::move(served.hold);
    file.last_modified = image.created_at;
    file.fresh_for = fresh_for;
    return file;
}

std::string listed(const std::vector<std::int32_t>& widths) {
    std::string text;
    for (const auto width : widths)
        text += (text.empty() ? "" : ", ") + std::to_string(width);
    return text.empty() ? "nothing: there are no thumbnails" : text;
}

} // namespace

reply<image_record> backend_service::add_image(user_id user, upload file) {
    auto& back = parts_->back;
    auto store = [&back, file = std::move(file)] {
        return back.images.store_upload(file.path, file.filename, file.room_type);
    };
    auto stored = co_await run<new_image>(back.image_pool, std::move(store));
    if (!stored)
        co_return stored.error();
    change_set changes{user, back.time.now()};
    changes.new_images.push_back(*stored);
    commit_changes command{std::move(changes)};
    const auto verdict = co_await parts_->ask.ask<commit_verdict>(back.actors.writer_of(user),
                                                                  std::move(command), ask_role::change);
    if (!verdict)
        co_return verdict.error();
    if (*verdict != commit_verdict::committed)
        co_return *verdict == commit_verdict::overloaded ? errc::overloaded : errc::unavailable;
    co_return co_await parts_->find_image(user, stored->id);
}

reply<image_record> backend_service::image(user_id user, image_id image) {
    return parts_->find_image(user, image);
}

/// The file in that form, made if need be.
reply<image_file> backend_service::open_image(image_record image, image_variant variant) {
    auto& back = parts_->back;
    const bool thumbnail = variant.what == image_variant::kind::thumbnail;
    if (thumbnail && !std::ranges::binary_search(back.thumbnail_widths, variant.width))
        co_return invalid_field("width", "out_of_range", "must be one of " + listed(back.thumbnail_widths));
    std::function<void(image_files::callback)> start = [&](image_files::callback answer) {
        back.files.open(image, variant, std::move(answer));
    };
    auto served = co_await wait_for<served_file>(std::move(start));
    if (!served)
        co_return served.error();
    co_return to_file(std::move(*served), image);
}

reply<image_file> backend_service::image_content(user_id user, image_id image, image_variant variant) {
    auto found = co_await parts_->find_image(user, image);
    if (!found)
        co_return found.error();
    co_return co_await open_image(std::move(*found), variant);
}

reply<image_file> backend_service::linked_image_content(image_link link, image_variant variant) {
    auto& back = parts_->back;
    const auto until = back.links.verify(link.image, link.expires, link.signature, back.time.now());
    if (!until)
        co_return until.error();
    auto query = [image = link.image](pg::connection& database) {
        return queries::get_image(database, image);
    };
    auto found = co_await read<image_record>(back.reads, query);
    if (!found)
        co_return found.error();
    auto file = co_await open_image(std::move(*found), variant);
    if (!file)
        co_return file.error();
    file->fresh_for =
        std::max(std::chrono::floor<std::chrono::seconds>(*until - back.time.now()), std::chrono::seconds{0});
    file->immutable = true;
    co_return file;
}

image_links backend_service::links_of(image_id image) const {
    const auto& back = parts_->back;
    const auto& widths = back.thumbnail_widths;
    // About as wide as a card in a list on a dense screen.
    const auto card = std::ranges::lower_bound(widths, 320);
    const auto width = widths.empty() ? 0 : card == widths.end() ? widths.back() : *card;
    return back.links.sign(image, width, back.time.now());
}

} // namespace atelier::http
