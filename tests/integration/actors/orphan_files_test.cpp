#define CAF_SUITE orphan_files

#include "actors/orphan_files.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "actors/variant_cache.hpp"
#include "persistence/blobs/disk.hpp"
#include "persistence/blobs/s3/s3_store.hpp"
#include "persistence/migrate.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/s3_stand_in.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <fmt/format.h>

#include <fstream>
#include <future>
#include <stdexcept>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

const std::string known = "xtapjjcjiudrlk3tmwyjgpuobabd";

/// A key of its own for each number.
std::string key_of(int number) {
    return fmt::format("{:028}", number);
}

template <class T>
T must(outcome<T> result) {
    if (!result)
        throw std::runtime_error{result.error().detail};
    return *std::move(result);
}

/// A database that knows one blob, and a cache.
struct shelf {
    shelf() {
        must(migrate(database));
        must(database.execute(
            "INSERT INTO active_storage_blobs (key, filename, service_name, byte_size, created_at) "
            "VALUES ('" +
            known + "', 'room.jpg', 'local', 5, now())"));
        CAF_REQUIRE(cache.open().has_value());
    }
    ~shelf() { pool.stop(); }

    static pg::connection connect() {
        pg::connect_options options;
        options.conninfo = fresh_database();
        return must(pg::connection::open(pg::without_limits(options)));
    }

    [[nodiscard]] std::filesystem::path upload() const {
        auto file = directory.path() / "upload";
        std::ofstream{file, std::ios::binary} << "hello";
        return file;
    }
    void keep(const std::string& key) {
        std::promise<void> done_;
        auto make = [](const std::filesystem::path& target) -> status {
            std::ofstream{target} << "thumbnail";
            return done{};
        };
        cache.fetch(key, "w320.jpeg", make, [&](const outcome<cached_file>&) { done_.set_value(); });
        done_.get_future().wait();
    }

    temporary_directory directory;
    pg::connection database = connect();
    metrics meters;
    worker_pool pool{1, 10};
    variant_cache cache{
        {.directory = directory.path() / "cache", .bytes_max = 1'000'000, .work_max = 10}, pool, meters};
};

} // namespace

CAF_TEST(files without rows go from disk and cache) {
    shelf s;
    disk_store store{s.directory.path() / "storage"};
    for (const auto& key : {known, key_of(1), key_of(2)})
        CAF_REQUIRE(store.put(key, s.upload()).has_value());
    for (const auto& key : {known, key_of(1), key_of(3)})
        s.keep(key);
    const system_clock time;
    CAF_MESSAGE("but not while they are young");
    CAF_CHECK_EQUAL(must(remove_orphan_files(s.database, store, s.cache, time.now() - 1h)), 0u);
    CAF_CHECK(std::filesystem::exists(store.path(key_of(1))));
    CAF_CHECK_EQUAL(must(remove_orphan_files(s.database, store, s.cache, time.now() + 1h)), 2u);
    CAF_CHECK(std::filesystem::exists(store.path(known)));
    CAF_CHECK(!std::filesystem::exists(store.path(key_of(1))));
    CAF_CHECK(!std::filesystem::exists(store.path(key_of(2))));
    CAF_CHECK(s.cache.blob_keys() == std::vector{known});
}

CAF_TEST(objects without rows go from a bucket however many pages it has) {
    shelf s;
    manual_clock time;
    s3_stand_in server{time};
    s3_settings settings;
    settings.place = {std::string{s3_stand_in::region}, std::string{s3_stand_in::bucket}, server.url(), true};
    settings.credentials = {std::string{s3_stand_in::access_key}, std::string{s3_stand_in::secret_key}, ""};
    const auto store = must(s3_store::open(std::move(settings), time));
    server.add(known, "hello", time.now() - 48h);
    for (int i = 0; i < 10; ++i)
        server.add(key_of(i), "hello", time.now() - (i == 5 ? 1h : 48h));
    CAF_CHECK_EQUAL(must(remove_orphan_files(s.database, *store, s.cache, time.now() - 24h)), 9u);
    CAF_CHECK(server.content(known).has_value());
    CAF_CHECK(server.content(key_of(5)).has_value());
    CAF_CHECK(!server.content(key_of(9)).has_value());
}

CAF_TEST(nothing is removed when the database does not answer) {
    shelf s;
    disk_store store{s.directory.path() / "storage"};
    CAF_REQUIRE(store.put(key_of(1), s.upload()).has_value());
    s.keep(key_of(1));
    must(s.database.execute("DROP TABLE active_storage_attachments, active_storage_variant_records, "
                            "active_storage_blobs CASCADE"));
    const system_clock time;
    CAF_CHECK(!remove_orphan_files(s.database, store, s.cache, time.now() + 1h).has_value());
    CAF_CHECK(std::filesystem::exists(store.path(key_of(1))));
    CAF_CHECK_EQUAL(s.cache.blob_keys().size(), 1u);
}
