#define CAF_SUITE rails_storage

#include "actors/domain/active_storage.hpp"
#include "persistence/blobs/disk.hpp"
#include "persistence/queries/images.hpp"
#include "persistence/queries/library.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <fstream>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

// Rows and files as applications on Rails 6.1, 7.0, 7.1 and 8.0 write them, and what we write as they read
// it.
namespace {

std::string text(auto id) {
    return std::to_string(id.value);
}

std::string in_sql(const char* value) {
    return value == nullptr ? "NULL" : '\'' + std::string{value} + '\'';
}

/// A blob as one version of Rails leaves it in the table.
struct rails_blob {
    const char* version;
    const char* key;
    const char* content_type;
    const char* metadata;
    const char* checksum;
    std::int32_t width;
    std::int32_t height;
};

constexpr const char* md5_of_hello = "XUFAKrxLKna5cZ2REBfFkg==";

constexpr std::array rails_blobs{
    rails_blob{"5.2, upgraded", "fqRUdJiVsBzCWzc4kq1ZEjcL", "image/jpeg",
               R"({"identified":true,"width":4032,"height":3024,"analyzed":true})", md5_of_hello, 4032, 3024},
    rails_blob{"6.1", "xtapjjcjiudrlk3tmwyjgpuobabd", "image/jpeg",
               R"({"identified":true,"width":640,"height":480,"analyzed":true})", md5_of_hello, 640, 480},
    rails_blob{"6.1, not analyzed yet", "0abc1def2ghi3jkl4mno5pqr6stu", "image/png", R"({"identified":true})",
               md5_of_hello, 0, 0},
    rails_blob{"7.0, a direct upload before it is identified", "1abc1def2ghi3jkl4mno5pqr6stu", "image/webp",
               nullptr, md5_of_hello, 0, 0},
    rails_blob{"7.1, with custom metadata", "2abc1def2ghi3jkl4mno5pqr6stu", "image/jpeg",
               R"({"custom":{"room":"kitchen"},"identified":true,"width":3,"height":2.0,"analyzed":true})",
               md5_of_hello, 3, 2},
    rails_blob{"7.1, composed", "3abc1def2ghi3jkl4mno5pqr6stu", nullptr,
               R"({"identified":true,"composed":true})", nullptr, 0, 0},
    rails_blob{"8.0", "4abc1def2ghi3jkl4mno5pqr6stu", "image/png",
               R"({"identified":true,"width":1,"height":1,"analyzed":true})", md5_of_hello, 1, 1},
};

struct fixture : books {
    pg::connection& db = database();
    user_id ann = add_user();
    temporary_directory directory;
    disk_store files{directory.path()};

    /// Image.create!(user:, kind: "input", file: …)
    image_id created_by_rails(const rails_blob& b, const char* name = "file") {
        const auto image = add_image(ann);
        attach(b, image, name);
        return image;
    }
    blob_id attach(const rails_blob& b, image_id image, const char* name) {
        const blob_id blob{
            ask("INSERT INTO active_storage_blobs (key, filename, content_type, metadata, service_name, "
                "byte_size, checksum, created_at) VALUES (" +
                in_sql(b.key) + ", 'room.jpg', " + in_sql(b.content_type) + ", " + in_sql(b.metadata) +
                ", 'local', 5, " + in_sql(b.checksum) + ", '2024-05-01 12:00:00.123456') RETURNING id")};
        execute("INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at) "
                "VALUES ('" +
                std::string{name} + "', 'Image', " + text(image) + ", " + text(blob) + ", now())");
        return blob;
    }
    /// ActiveStorage::Service::DiskService#upload
    void lay_out(const std::string& key, const std::string& content) const {
        const auto folder = directory.path() / key.substr(0, 2) / key.substr(2, 2);
        std::filesystem::create_directories(folder);
        std::ofstream{folder / key} << content;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(rails_storage_tests, fixture)

CAF_TEST(images that any version of Rails has written are read with their files) {
    for (const auto& b : rails_blobs) {
        CAF_MESSAGE(b.version);
        const auto id = created_by_rails(b);
        lay_out(b.key, "hello");
        const auto image = must(queries::get_image(db, id));
        CAF_CHECK(image.user == ann && image.blob);
        CAF_CHECK_EQUAL(image.key, b.key);
        CAF_CHECK_EQUAL(image.content_type, b.content_type == nullptr ? "" : b.content_type);
        CAF_CHECK_EQUAL(image.checksum, b.checksum == nullptr ? "" : b.checksum);
        CAF_CHECK_EQUAL(image.width, b.width);
        CAF_CHECK_EQUAL(image.height, b.height);
        CAF_CHECK(is_blob_key(image.key));
        CAF_CHECK(must(files.compare(image.key, md5_of_hello, 5)));
        CAF_CHECK(must(queries::list_keys_without_blob(db, {image.key})).empty());
    }
    CAF_CHECK_EQUAL(must(queries::list_images(db, ann, {}, {}, 100)).data.size(), rails_blobs.size());
}

CAF_TEST(other attachments and variants of Rails are left alone) {
    const auto image = created_by_rails(rails_blobs[1]);
    const auto pictured = attach(rails_blobs[2], image, "thumbnail");
    execute("INSERT INTO active_storage_variant_records (id, blob_id, variation_digest) SELECT 9, id, "
            "'W8mS3bU2gLv2nqXk8G0eUJH4Gd8=' FROM active_storage_blobs WHERE key = '" +
            std::string{rails_blobs[1].key} + "'");
    CAF_CHECK_EQUAL(must(queries::get_image(db, image)).key, rails_blobs[1].key);
    CAF_CHECK(must(queries::purge_direct_uploads(db, noon + 24h * 3650, 100)).empty());
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM active_storage_variant_records"), 1);
    CAF_CHECK_EQUAL(ask("SELECT count(*) FROM active_storage_attachments WHERE blob_id = " + text(pictured)),
                    1);
    // has_one_attached, replaced: the newest counts until Rails has purged the old one
    attach(rails_blobs[6], image, "file");
    CAF_CHECK_EQUAL(must(queries::get_image(db, image)).key, rails_blobs[6].key);
    CAF_CHECK_EQUAL(must(queries::list_images(db, ann, {}, {}, 100)).data.size(), 1u);
}

CAF_TEST(what the writer writes is what Rails writes) {
    pg_committer writer{writing_to(conninfo())};
    change_set set{ann, noon};
    set.new_images.push_back({fresh<image_id>(), fresh<blob_id>(), fresh<attachment_id>(), false, "", "{}",
                              "xtapjjcjiudrlk3tmwyjgpuobabd", "room.jpg", "image/jpeg",
                              analyzed_metadata({}, 640, 480), "local", 5, md5_of_hello});
    CAF_CHECK_EQUAL(kinds(commit(writer, {set})), "committed");
    CAF_CHECK_EQUAL(
        ask<std::string>(
            "SELECT concat_ws('|', key, filename, content_type, metadata, service_name, byte_size, "
            "checksum, created_at) FROM active_storage_blobs"),
        R"(xtapjjcjiudrlk3tmwyjgpuobabd|room.jpg|image/jpeg|)"
        R"({"identified":true,"width":640,"height":480,"analyzed":true}|local|5|XUFAKrxLKna5cZ2REBfFkg==|)"
        "2024-05-01 12:00:00");
    CAF_CHECK_EQUAL(ask<std::string>("SELECT concat_ws('|', name, record_type, record_id, blob_id) FROM "
                                     "active_storage_attachments"),
                    "file|Image|" + text(set.new_images[0].id) + '|' + text(set.new_images[0].blob));
}

CAF_TEST(an attached upload is what Rails would have made of it) {
    direct_upload upload;
    upload.key = "xtapjjcjiudrlk3tmwyjgpuobabd";
    upload.filename = "room.jpg";
    upload.content_type = "image/jpeg";
    upload.metadata = R"({"custom":{"a":1}})";
    upload.service_name = "local";
    upload.byte_size = 5;
    upload.checksum = md5_of_hello;
    upload.created_at = noon;
    const auto blob = must(queries::insert_direct_upload(db, ann, upload, noon + 24h));
    CAF_CHECK_EQUAL(
        ask<std::string>("SELECT concat_ws('|', key, filename, content_type, metadata, service_name, "
                         "byte_size, checksum) FROM active_storage_blobs"),
        R"(xtapjjcjiudrlk3tmwyjgpuobabd|room.jpg|image/jpeg|{"custom":{"a":1}}|local|5|)"
        "XUFAKrxLKna5cZ2REBfFkg==");
    new_image found;
    found.content_type = "image/png";
    found.blob_metadata = analyzed_metadata(upload.metadata, 3, 2);
    const auto image = must(queries::attach_direct_upload(db, ann, blob, found, noon));
    CAF_CHECK_EQUAL(
        ask<std::string>("SELECT concat_ws('|', content_type, metadata) FROM active_storage_blobs"),
        R"(image/png|{"custom":{"a":1},"identified":true,"width":3,"height":2,"analyzed":true})");
    CAF_CHECK_EQUAL(ask<std::string>("SELECT concat_ws('|', name, record_type, record_id, blob_id) FROM "
                                     "active_storage_attachments"),
                    "file|Image|" + text(image) + '|' + text(blob));
    CAF_CHECK_EQUAL(ask<std::string>("SELECT concat_ws('|', kind, room_type, metadata) FROM images"),
                    "input|{}"); // without a room
}

CAF_TEST(files lie where the disk service of Rails looks for them) {
    const auto source = directory.path() / "source";
    std::ofstream{source} << "hello";
    const auto stored = must(files.put("xtapjjcjiudrlk3tmwyjgpuobabd", source));
    CAF_CHECK_EQUAL(stored.checksum, md5_of_hello);
    CAF_CHECK(std::filesystem::exists(directory.path() / "xt/ap/xtapjjcjiudrlk3tmwyjgpuobabd"));
    system_random random;
    for (int i = 0; i < 100; ++i) {
        const auto key = new_blob_key(random);
        CAF_CHECK_EQUAL(key.size(), 28u);
        CAF_CHECK(std::ranges::all_of(
            key, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }));
    }
}

CAF_TEST(signed ids of one side name the image of the other) {
    const std::string secret = [] {
        std::string all;
        for (int i = 0; i < 8; ++i)
            all += "0123456789abcdef";
        return all;
    }();
    const active_storage_signer signer{secret};
    execute("ALTER SEQUENCE active_storage_blobs_id_seq RESTART WITH 1");
    const auto id = created_by_rails(rails_blobs[1]);
    const auto image = must(queries::get_image(db, id));
    CAF_CHECK(image.blob == blob_id{1});
    // blob.signed_id, in Rails 7.1 and later, 6.1 and 7.0
    const std::string by_rails_8 =
        "eyJfcmFpbHMiOnsiZGF0YSI6MSwicHVyIjoiYmxvYl9pZCJ9fQ==--89681a44ad35a3ed36cb2bfa5330bad52102a1b5";
    CAF_CHECK_EQUAL(signer.sign_blob(image.blob, std::nullopt), by_rails_8);
    for (const auto& by_rails :
         {by_rails_8,
          std::string{"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBCZz09IiwiZXhwIjpudWxsLCJwdXIiOiJibG9iX2lkIn19--"
                      "61662bc8c6ddce6c2e3c09429fc3a2940c7525a7"},
          std::string{"eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBCZz09IiwiZXhwIjpudWxsLCJwdXIiOiJibG9iX2lkIn19--"
                      "e4d581411fd3d6cf63b9d23014ec9dbcffe20b24"}}) {
        const auto blob = must(signer.read_blob(by_rails, noon));
        CAF_CHECK(std::get<image_id>(must(queries::find_attachable(db, ann, blob))) == id);
        CAF_CHECK(queries::find_attachable(db, add_user(), blob).error().code == errc::not_found);
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
