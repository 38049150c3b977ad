#define CAF_SUITE variant_cache

#include "actors/runtime/metrics.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "actors/variant_cache.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <set>

using namespace atelier;

namespace {

namespace fs = std::filesystem;

const std::string key = "xtapjjcjiudrlk3tmwyjgpuobabd";
const std::string other_key = "0123456789abcdefghijklmnopqr";

std::string content_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// Answers as they come; from any thread.
struct answers {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<outcome<cached_file>> all;

    variant_cache::callback taker() {
        return [this](outcome<cached_file> answer) {
            const std::lock_guard lock{mutex};
            all.push_back(std::move(answer));
            changed.notify_all();
        };
    }
    void wait(std::size_t count) {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return all.size() >= count; });
    }
};

/// A cache of 1000 bytes, and work that can be held up.
struct shelf {
    explicit shelf(std::size_t work_max = 10) {
        options.directory = directory.path() / "cache";
        options.bytes_max = 1000;
        options.work_max = work_max;
        open();
    }
    ~shelf() {
        let_go();
        pool->stop();
    }

    void open() {
        cache.reset();
        cache = std::make_unique<variant_cache>(options, *pool, meters);
        CAF_REQUIRE(cache->open().has_value());
    }

    variant_cache::maker writes(std::string content) {
        return [this, content = std::move(content)](const fs::path& target) -> status {
            std::unique_lock lock{mutex};
            released.wait(lock, [&] { return free; });
            ++made;
            std::ofstream{target, std::ios::binary} << content;
            return done{};
        };
    }
    void hold_up() {
        const std::lock_guard lock{mutex};
        free = false;
    }
    void let_go() {
        const std::lock_guard lock{mutex};
        free = true;
        released.notify_all();
    }

    /// One file, made if need be. Nobody holds it afterwards.
    std::string content(const std::string& blob, const std::string& name, std::string content) {
        answers told;
        cache->fetch(blob, name, writes(std::move(content)), told.taker());
        told.wait(1);
        CAF_REQUIRE(told.all[0].has_value());
        CAF_CHECK_EQUAL(fs::file_size(told.all[0]->path), told.all[0]->size);
        return content_of(told.all[0]->path);
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator{options.directory}, {}));
    }

    test::temporary_directory directory;
    metrics meters;
    std::unique_ptr<worker_pool> pool = std::make_unique<worker_pool>(2, 100);
    variant_cache_options options;
    std::unique_ptr<variant_cache> cache;
    std::mutex mutex;
    std::condition_variable released;
    bool free = true;
    int made = 0;
};

} // namespace

CAF_TEST(a file is made once and then kept) {
    shelf s;
    CAF_CHECK_EQUAL(s.content(key, "clean", "first"), "first");
    CAF_CHECK_EQUAL(s.content(key, "clean", "second"), "first");
    CAF_CHECK_EQUAL(s.content(key, "w320.webp", "thumbnail"), "thumbnail");
    CAF_CHECK_EQUAL(s.content(other_key, "clean", "other"), "other");
    CAF_CHECK_EQUAL(s.made, 3);
    CAF_CHECK_EQUAL(s.cache->size(), 19u);
    CAF_CHECK(s.cache->blob_keys() == (std::vector{other_key, key}));
    CAF_CHECK_EQUAL(s.meters.variants_made.Value(), 3.0);
    CAF_CHECK_EQUAL(s.meters.variants_served.Value(), 1.0);
    CAF_CHECK_EQUAL(s.meters.variant_cache_bytes.Value(), 19.0);
}

CAF_TEST(a hundred who ask at once get one file) {
    shelf s;
    s.hold_up();
    answers told;
    for (int i = 0; i < 100; ++i)
        s.cache->fetch(key, "clean", s.writes("picture"), told.taker());
    s.let_go();
    told.wait(100);
    CAF_CHECK_EQUAL(s.made, 1);
    std::set<fs::path> paths;
    for (const auto& answer : told.all)
        paths.insert(answer->path);
    CAF_CHECK_EQUAL(paths.size(), 1u);
}

CAF_TEST(what was unused for longest makes room) {
    shelf s;
    s.content(key, "a", std::string(400, 'a'));
    s.content(key, "b", std::string(400, 'b'));
    s.content(key, "a", "still there");
    s.content(key, "c", std::string(400, 'c'));
    CAF_CHECK_EQUAL(s.cache->size(), 800u);
    CAF_CHECK_EQUAL(s.files(), 2u);
    CAF_CHECK_EQUAL(s.content(key, "a", "made again"), std::string(400, 'a'));
    CAF_CHECK_EQUAL(s.content(key, "b", "made again"), "made again");
}

CAF_TEST(what is being served stays) {
    shelf s;
    answers told;
    s.cache->fetch(key, "held", s.writes(std::string(900, 'h')), told.taker());
    told.wait(1);
    s.content(key, "a", std::string(500, 'a'));
    s.cache->forget(key);
    CAF_CHECK_EQUAL(content_of(told.all[0]->path), std::string(900, 'h'));
    told.all.clear();
    s.content(key, "b", std::string(500, 'b'));
    CAF_CHECK_EQUAL(s.cache->size(), 500u);
    CAF_CHECK_EQUAL(s.content(key, "held", "made again"), "made again");
}

CAF_TEST(too much work is refused and a full pool too) {
    shelf s{2};
    s.hold_up();
    answers told;
    for (const auto* name : {"a", "b", "c"})
        s.cache->fetch(key, name, s.writes("x"), told.taker());
    told.wait(1);
    CAF_CHECK(told.all[0].error().code == errc::overloaded);
    CAF_MESSAGE("but not who asks for what is being made");
    s.cache->fetch(key, "a", s.writes("x"), told.taker());
    s.let_go();
    told.wait(4);
    CAF_CHECK_EQUAL(s.content(key, "c", "later"), "later");
    s.pool->stop();
    s.cache->fetch(key, "d", s.writes("x"), told.taker());
    CAF_CHECK(told.all.back().error().code == errc::overloaded);
    CAF_CHECK_EQUAL(s.meters.variants_refused.Value(), 2.0);
}

CAF_TEST(a failure is told to all and forgotten) {
    shelf s;
    answers told;
    const auto fail = [](const fs::path& target) -> status {
        std::ofstream{target} << "half";
        return errc::invalid_image;
    };
    s.cache->fetch(key, "clean", fail, told.taker());
    told.wait(1);
    CAF_CHECK(told.all[0].error().code == errc::invalid_image);
    CAF_CHECK_EQUAL(s.files(), 0u);
    CAF_CHECK_EQUAL(s.cache->size(), 0u);
    CAF_CHECK_EQUAL(s.content(key, "clean", "now"), "now");
}

CAF_TEST(a restart keeps what is whole) {
    shelf s;
    s.content(key, "clean", "first");
    s.content(other_key, "w320.webp", "second");
    std::ofstream{s.options.directory / (key + "-w640.webp-9.partial")} << "half";
    std::ofstream{s.options.directory / (key + "-clean-7")} << "older twin";
    std::ofstream{s.options.directory / (key + "-empty-8")};
    std::ofstream{s.options.directory / "stranger"} << "what";
    s.open();
    CAF_CHECK_EQUAL(s.files(), 2u);
    CAF_CHECK_EQUAL(s.content(other_key, "w320.webp", "again"), "second");
    CAF_CHECK(!s.content(key, "clean", "again").starts_with("again"));
    CAF_CHECK_EQUAL(s.made, 2);
    CAF_MESSAGE("no name comes twice");
    CAF_CHECK_EQUAL(s.content(key, "w640.webp", "new"), "new");
    CAF_MESSAGE("and less room is respected");
    s.options.bytes_max = 5;
    s.open();
    CAF_CHECK_LESS_OR_EQUAL(s.cache->size(), 5u);
}

CAF_TEST(what was made of a blob can be forgotten) {
    shelf s;
    s.content(key, "clean", "first");
    s.content(key, "w320.webp", "second");
    s.content(other_key, "clean", "other");
    s.cache->forget(key);
    CAF_CHECK(s.cache->blob_keys() == std::vector{other_key});
    CAF_CHECK_EQUAL(s.files(), 1u);
    CAF_CHECK_EQUAL(s.content(key, "clean", "again"), "again");
}
