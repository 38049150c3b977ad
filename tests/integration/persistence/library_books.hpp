#pragma once

#include "persistence/audit.hpp"
#include "persistence/queries/generations.hpp"
#include "persistence/queries/images.hpp"
#include "persistence/queries/library.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/test.hpp"

#include <string>
#include <vector>

/// Books with the images and generations of a user, and what is asked of them.
namespace atelier::test {

using namespace std::chrono_literals;

using keys = std::vector<std::string>;

inline std::string text(auto id) {
    return std::to_string(id.value);
}

template <class T>
std::string ids(const page<T>& records) {
    std::string all;
    for (const auto& r : records.data)
        all += (all.empty() ? "" : " ") + text(r.id);
    return all;
}

template <class... Ids>
std::string listed(Ids... id) {
    std::string all;
    ((all += (all.empty() ? "" : " ") + text(id)), ...);
    return all;
}

struct library_books : books {
    pg_committer writer{writing_to(conninfo())};
    pg::connection& db = database();
    user_id ann = add_user();
    user_id bob = add_user();
    purchase_id lot = add_lot(ann, 100);
    style_id style = add_style();
    tokens left = 100;
    int last_key = 0;

    std::string fresh_key() {
        auto number = std::to_string(++last_key);
        return std::string(28 - number.size(), 'k') + number;
    }
    void write(std::vector<change_set> sets) {
        for (const auto& v : commit(writer, std::move(sets)).verdicts)
            if (!v.committed())
                throw std::runtime_error{v.detail};
    }
    new_image image_row(bool output = false, std::string room = "") {
        return {fresh<image_id>(),
                fresh<blob_id>(),
                fresh<attachment_id>(),
                output,
                std::move(room),
                "{}",
                fresh_key(),
                "room.jpg",
                "image/jpeg",
                R"({"identified":true,"width":64,"height":48,"analyzed":true})",
                "local",
                5,
                "XUFAKrxLKna5cZ2REBfFkg=="};
    }
    new_image uploaded(std::string room = "", bool output = false) {
        change_set set{ann, noon};
        set.new_images.push_back(image_row(output, std::move(room)));
        write({set});
        return set.new_images[0];
    }
    generation_id redesigned(image_id input, style_id in) {
        auto set = generate(ann, lot, left--, input, in);
        set.life = 0;
        write({set});
        return set.new_generations[0].id;
    }
    generation_id redesigned(image_id input) { return redesigned(input, style); }
    new_image succeed(generation_id id) {
        change_set set{ann, noon};
        set.new_images.push_back(image_row(true));
        set.generation_changes.push_back(
            {id, generation_status::queued, generation_status::succeeded, set.new_images[0].id, ""});
        write({set});
        return set.new_images[0];
    }
    void fail(generation_id id) {
        change_set set{ann, noon};
        set.generation_changes.push_back(
            {id, generation_status::queued, generation_status::failed, std::nullopt, "canceled"});
        set.purchase_changes.push_back({lot, left, left + 1, std::nullopt});
        ++left;
        set.journal.push_back({fresh<transaction_id>(), lot, id, operation::refund, 1, std::nullopt});
        write({set});
    }
    direct_upload announced() {
        direct_upload u;
        u.key = fresh_key();
        u.filename = "room.jpg";
        u.content_type = "image/jpeg";
        u.metadata = "{}";
        u.service_name = "local";
        u.byte_size = 5;
        u.checksum = "XUFAKrxLKna5cZ2REBfFkg==";
        u.created_at = noon;
        return u;
    }
    blob_id offered(user_id to, instant expires_at = noon + 24h) {
        return must(queries::insert_direct_upload(db, to, announced(), expires_at));
    }
    static new_image seen() {
        new_image found;
        found.room_type = "kitchen";
        found.content_type = "image/png";
        found.blob_metadata = R"({"identified":true,"width":3,"height":2,"analyzed":true})";
        return found;
    }
    std::int64_t count(const std::string& from) { return ask("SELECT count(*) FROM " + from); }
    std::string violations() {
        std::string all;
        for (const auto& f : must(audit(db, [](auto, auto, auto) { return true; })))
            for (const auto& example : f.examples)
                all += example + "\n";
        return all;
    }
};

} // namespace atelier::test
