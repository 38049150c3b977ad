#define CAF_SUITE image_library

#include "actors/images.hpp"
#include "persistence/blobs/disk.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <fstream>

using namespace atelier;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr const char* key = "xtapjjcjiudrlk3tmwyjgpuobabd";

struct fixture {
    test::temporary_directory directory;
    disk_store blobs{directory.path() / "storage"};
    test::sequence_ids ids;
    test::seeded_random random;
    image_library images{blobs, ids, random, "local", {64'000'000, 20s}, directory.path()};

    /// A copy of a room photo, as it comes out of a request.
    [[nodiscard]] fs::path sent(const std::string& room = "plain.png") const {
        auto path = directory.path() / "body";
        fs::copy_file(test::source_directory() / "tests/support/rooms" / room, path,
                      fs::copy_options::overwrite_existing);
        return path;
    }
    [[nodiscard]] fs::path text(const std::string& content) const {
        auto path = directory.path() / "body";
        std::ofstream{path} << content;
        return path;
    }
    status receive(const fs::path& file, const blob_digest& as) {
        return images.receive(file, key, as.checksum, as.byte_size);
    }
    [[nodiscard]] bool holds(const blob_digest& content) const {
        const auto same = blobs.compare(key, content.checksum, content.byte_size);
        return same && *same;
    }
    [[nodiscard]] direct_upload upload(const blob_digest& of) const {
        direct_upload made;
        made.id = blob_id{41};
        made.key = key;
        made.content_type = "image/jpeg";
        made.metadata = R"({"custom":{"a":1}})";
        made.byte_size = of.byte_size;
        made.checksum = of.checksum;
        return made;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(image_library_tests, fixture)

CAF_TEST(the file of a direct upload is taken once and again) {
    const auto digest = file_digest(sent()).value();
    CAF_CHECK(receive(sent(), digest).has_value());
    CAF_CHECK(holds(digest));
    CAF_CHECK(!fs::exists(directory.path() / "body"));
    CAF_CHECK(receive(sent(), digest).has_value());
    CAF_CHECK(holds(digest));
}

CAF_TEST(a file that is not what was announced leaves nothing) {
    const auto digest = file_digest(sent()).value();
    const auto refused = receive(text("hello"), digest);
    CAF_REQUIRE(!refused);
    CAF_CHECK(refused.error().code == errc::validation_failed);
    CAF_CHECK_EQUAL(refused.error().fields.front().field, "checksum");
    CAF_CHECK(!fs::exists(blobs.path(key)));
    // a key that holds another file keeps it
    CAF_CHECK(receive(text("hello"), file_digest(text("hello")).value()).has_value());
    CAF_CHECK(receive(sent(), digest).error().code == errc::state_conflict);
    CAF_CHECK(holds({5, "XUFAKrxLKna5cZ2REBfFkg=="}));
}

CAF_TEST(an upload is looked at as any other) {
    const auto digest = file_digest(sent()).value();
    const auto early = images.inspect(upload(digest), "kitchen");
    CAF_REQUIRE(!early);
    CAF_CHECK_EQUAL(early.error().fields.front().field, "signed_id");
    CAF_CHECK_EQUAL(early.error().fields.front().code, "incomplete");
    CAF_CHECK(receive(sent(), digest).has_value());
    const auto seen = images.inspect(upload(digest), "kitchen");
    CAF_REQUIRE(seen.has_value());
    CAF_CHECK(seen->blob == blob_id{41});
    CAF_CHECK_EQUAL(seen->room_type, "kitchen");
    CAF_CHECK_EQUAL(seen->content_type, "image/png"); // whatever was announced
    CAF_CHECK(seen->blob_metadata.starts_with(R"({"custom":{"a":1},"identified":true,"width":)"));
    CAF_CHECK(seen->blob_metadata.ends_with(R"(,"analyzed":true})"));
}

CAF_TEST(an upload that is no picture is refused) {
    const auto digest = file_digest(text("hello")).value();
    CAF_CHECK(receive(text("hello"), digest).has_value());
    CAF_CHECK(images.inspect(upload(digest), "").error().code == errc::unsupported_media_type);
    image_library strict{blobs, ids, random, "local", {10, 20s}, directory.path()};
    images.remove({key});
    const auto picture = file_digest(sent()).value();
    CAF_CHECK(receive(sent(), picture).has_value());
    CAF_CHECK(strict.inspect(upload(picture), "").error().code == errc::image_too_large);
}

CAF_TEST(files are removed and those that are not there do no harm) {
    const auto digest = file_digest(sent()).value();
    CAF_CHECK(receive(sent(), digest).has_value());
    images.remove({"0123456789abcdefghijklmnopqr", key, "../etc/passwd"});
    CAF_CHECK(!fs::exists(blobs.path(key)));
}

CAF_TEST(names are cut between characters) {
    const auto name = sanitized_filename(std::string(119, 'a') + "ü.jpg", "image/jpeg");
    CAF_CHECK_EQUAL(name, std::string(119, 'a'));
    CAF_CHECK_EQUAL(sanitized_filename("C:\\rooms\\k\"itchen.png", "image/png"), "k-itchen.png");
    CAF_CHECK_EQUAL(sanitized_filename("", "image/webp"), "image.webp");
}

CAF_TEST_FIXTURE_SCOPE_END()
