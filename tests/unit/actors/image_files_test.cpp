#define CAF_SUITE image_files

#include "actors/engine_input.hpp"
#include "actors/image_files.hpp"
#include "actors/images.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "actors/variant_cache.hpp"
#include "persistence/blobs/disk.hpp"
#include "persistence/blobs/s3/s3_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/s3_stand_in.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <fstream>
#include <future>
#include <iterator>

using namespace atelier;
using namespace atelier::test;

namespace {

namespace fs = std::filesystem;
using kind = image_variant::kind;

std::string content_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Images in a store, served as the options say.
struct gallery {
    gallery(blob_store& s, image_files_options o)
        : store{s}, options{o.strip_metadata, o.redirect, std::chrono::seconds{60}} {
        fs::create_directory(temporary);
        CAF_REQUIRE(cache.open().has_value());
    }
    ~gallery() { pool.stop(); }

    /// An uploaded room.
    image_record add(const std::string& room) {
        const auto file = directory.path() / "upload";
        fs::copy_file(source_directory() / "tests/support/rooms" / room, file);
        const auto stored = library.store_upload(file, "My room.jpg", "");
        CAF_REQUIRE(stored.has_value());
        image_record image;
        image.id = stored->id;
        image.key = stored->key;
        image.filename = stored->filename;
        image.content_type = stored->content_type;
        image.byte_size = stored->byte_size;
        image.checksum = stored->checksum;
        return image;
    }

    outcome<served_file> open(const image_record& image, image_variant variant) {
        std::promise<outcome<served_file>> told;
        files.open(image, variant, [&](outcome<served_file> file) { told.set_value(std::move(file)); });
        return told.get_future().get();
    }
    [[nodiscard]] bool is_tidy() const { return fs::is_empty(temporary); }

    blob_store& store;
    temporary_directory directory;
    fs::path temporary = directory.path() / "tmp";
    sequence_ids ids;
    seeded_random random;
    image_library library{store, ids, random, "local", {100'000'000, std::chrono::seconds{60}}, temporary};
    metrics meters;
    worker_pool pool{1, 100};
    variant_cache cache{
        {.directory = directory.path() / "cache", .bytes_max = 10'000'000, .work_max = 10}, pool, meters};
    image_files_options options;
    image_files files{store, library, cache, options};
};

struct on_disk {
    temporary_directory directory;
    disk_store store{directory.path()};
};

struct in_bucket {
    manual_clock time;
    s3_stand_in server{time};
    std::unique_ptr<s3_store> store = opened();

    [[nodiscard]] std::unique_ptr<s3_store> opened() const {
        s3_settings settings;
        settings.place = {std::string{s3_stand_in::region}, std::string{s3_stand_in::bucket}, server.url(),
                          true};
        settings.credentials = {std::string{s3_stand_in::access_key}, std::string{s3_stand_in::secret_key},
                                ""};
        settings.first_pause = std::chrono::milliseconds{1};
        settings.longest_pause = std::chrono::milliseconds{2};
        auto result = s3_store::open(std::move(settings), time);
        CAF_REQUIRE(result.has_value());
        return std::move(*result);
    }
    [[nodiscard]] long fetched() const {
        const auto log = server.log();
        return std::ranges::count(log, "GET 200");
    }
};

/// An engine that keeps what it is given.
struct patient_engine final : engine {
    [[nodiscard]] std::string_view name() const override { return "patient"; }
    void submit(engine_job j, engine_callbacks c) override {
        job = std::move(j);
        callbacks = std::move(c);
        given.set_value();
    }
    void cancel(generation_id) override {}
    void stop() override {}

    engine_job job;
    engine_callbacks callbacks;
    std::promise<void> given;
};

} // namespace

CAF_TEST(an upload is served clean and its owner may have the original) {
    on_disk d;
    gallery g{d.store, {}};
    const auto image = g.add("living_room.jpg");
    const auto clean = g.open(image, image_variant{});
    CAF_REQUIRE(clean.has_value());
    CAF_CHECK_EQUAL(clean->content_type, "image/jpeg");
    CAF_CHECK_EQUAL(clean->filename, "My room.jpg");
    CAF_CHECK_EQUAL(clean->size, fs::file_size(clean->path));
    CAF_CHECK(content_of(clean->path).find("Exif") == std::string::npos);
    CAF_CHECK(clean->hold != nullptr);
    const auto original = g.open(image, image_variant{kind::original});
    CAF_REQUIRE(original.has_value());
    CAF_CHECK_EQUAL(original->path, d.store.path(image.key));
    CAF_CHECK_EQUAL(original->entity_tag, '"' + image.checksum + '"');
    const auto thumbnail = g.open(image, image_variant{320, true});
    CAF_REQUIRE(thumbnail.has_value());
    CAF_CHECK_EQUAL(thumbnail->content_type, "image/webp");
    CAF_CHECK_EQUAL(thumbnail->filename, "My room.webp");
    CAF_MESSAGE("each with a tag of its own, which stays");
    CAF_CHECK_NOT_EQUAL(clean->entity_tag, original->entity_tag);
    CAF_CHECK_NOT_EQUAL(clean->entity_tag, thumbnail->entity_tag);
    CAF_CHECK_EQUAL(g.open(image, image_variant{320, true})->entity_tag, thumbnail->entity_tag);
    CAF_CHECK_EQUAL(g.meters.variants_made.Value(), 2.0);
    CAF_CHECK(g.is_tidy());
}

CAF_TEST(what has no metadata is served as it is) {
    on_disk d;
    gallery g{d.store, {}};
    auto image = g.add("plain.png");
    image.output = true;
    CAF_CHECK_EQUAL(g.open(image, image_variant{})->path, d.store.path(image.key));
    gallery careless{d.store, {.strip_metadata = false}};
    image.output = false;
    CAF_CHECK_EQUAL(careless.open(image, image_variant{})->path, d.store.path(image.key));
}

CAF_TEST(what cannot be decoded is not served clean) {
    on_disk d;
    gallery g{d.store, {}};
    auto image = g.add("plain.png");
    CAF_REQUIRE(d.store.remove(image.key));
    CAF_CHECK(!g.open(image, image_variant{}).has_value());
    CAF_CHECK(g.open(image, image_variant{kind::original}).has_value()); // who sends it will notice
    std::ofstream{d.store.path(image.key)} << "<svg/>";
    CAF_CHECK(g.open(image, image_variant{}).error().code == errc::unsupported_media_type);
    CAF_MESSAGE("and what could run is never shown as such");
    image.content_type = "image/svg+xml";
    CAF_CHECK_EQUAL(g.open(image, image_variant{kind::original})->content_type, "application/octet-stream");
}

CAF_TEST(files of a bucket come through the cache) {
    in_bucket b;
    gallery g{*b.store, {}};
    const auto image = g.add("plain.png");
    const auto original = g.open(image, image_variant{kind::original});
    CAF_REQUIRE(original.has_value());
    CAF_CHECK(content_of(original->path) == *b.server.content(image.key));
    CAF_CHECK_EQUAL(original->entity_tag, '"' + image.checksum + '"');
    CAF_CHECK_EQUAL(original->size, static_cast<std::uint64_t>(image.byte_size));
    CAF_CHECK_EQUAL(b.fetched(), 1);
    CAF_CHECK(g.open(image, image_variant{kind::original}).has_value());
    CAF_CHECK_EQUAL(b.fetched(), 1);
    CAF_REQUIRE(g.open(image, image_variant{320, false}).has_value());
    CAF_CHECK_EQUAL(b.fetched(), 2);
    CAF_CHECK(g.is_tidy());
}

CAF_TEST(a damaged file of a bucket is not served) {
    in_bucket b;
    gallery g{*b.store, {}};
    const auto image = g.add("plain.png");
    b.server.add(image.key, "something else", b.time.now());
    CAF_CHECK(g.open(image, image_variant{kind::original}).error().code == errc::unavailable);
    CAF_CHECK(g.open(image, image_variant{}).error().code == errc::unavailable);
    CAF_CHECK_EQUAL(g.cache.size(), 0u);
    CAF_CHECK(g.is_tidy());
}

CAF_TEST(clients may be sent to the bucket) {
    in_bucket b;
    gallery g{*b.store, {.redirect = true}};
    const auto image = g.add("plain.png");
    const auto original = g.open(image, image_variant{kind::original});
    CAF_REQUIRE(original.has_value());
    CAF_CHECK(original->path.empty());
    CAF_CHECK(original->redirect.starts_with(b.server.url() + "/photos/" + image.key + "?"));
    CAF_MESSAGE("but not for what the bucket does not have");
    CAF_CHECK(g.open(image, image_variant{})->redirect.empty());
    CAF_CHECK_EQUAL(b.fetched(), 1);
}

CAF_TEST(an engine gets the photo as a file for as long as it works) {
    in_bucket b;
    gallery g{*b.store, {}};
    const auto image = g.add("plain.png");
    patient_engine worker;
    bool finished = false;
    engine_callbacks callbacks;
    callbacks.finished = [&](const engine_outcome&) { finished = true; };
    submit_with_input(worker, g.library, g.pool, image, {}, std::move(callbacks));
    worker.given.get_future().wait();
    CAF_CHECK(content_of(worker.job.input) == *b.server.content(image.key));
    CAF_CHECK_EQUAL(worker.job.content_type, "image/png");
    worker.callbacks.finished(engine_result{});
    CAF_CHECK(finished);
    worker.callbacks = {};
    g.pool.stop(); // the pool's copy of the callbacks has gone, too
    CAF_CHECK(g.is_tidy());
}

CAF_TEST(an engine whose photo cannot be had may try again) {
    in_bucket b;
    gallery g{*b.store, {}};
    auto image = g.add("plain.png");
    CAF_REQUIRE(b.store->remove(image.key));
    patient_engine worker;
    std::promise<engine_outcome> told;
    engine_callbacks callbacks;
    callbacks.finished = [&](engine_outcome result) { told.set_value(std::move(result)); };
    submit_with_input(worker, g.library, g.pool, image, {}, std::move(callbacks));
    const auto result = told.get_future().get();
    const auto* failed = std::get_if<engine_failure>(&result);
    CAF_REQUIRE(failed != nullptr);
    CAF_CHECK(failed->transient);
}
