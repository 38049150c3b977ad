#define CAF_SUITE blobs_disk

#include "persistence/blobs/disk.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace atelier;
using namespace atelier::test;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view key = "xtapjjcjiudrlk3tmwyjgpuobabd";
constexpr std::string_view other_key = "0123456789abcdefghijklmnopqr";

std::string content_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

bool is_same(const outcome<bool>& compared) {
    return compared && *compared;
}

struct shelf {
    temporary_directory directory;
    fs::path root = directory.path() / "storage";
    disk_store store{root};

    fs::path upload(std::string_view content, std::string_view name = "upload") const {
        auto file = directory.path() / name;
        std::ofstream{file, std::ios::binary} << content;
        return file;
    }

    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> found;
        if (fs::exists(root))
            for (const auto& entry : fs::recursive_directory_iterator{root})
                if (entry.is_regular_file())
                    found.push_back(fs::relative(entry.path(), root).string());
        std::ranges::sort(found);
        return found;
    }

    [[nodiscard]] std::vector<std::string> older_than(instant before) {
        std::vector<std::string> keys;
        store.for_each_older_than(before, [&](const std::string& k) { return keys.push_back(k), true; });
        std::ranges::sort(keys);
        return keys;
    }

    static void age(const fs::path& file, std::chrono::hours by) {
        fs::last_write_time(file, fs::file_time_type::clock::now() - by);
    }
};

instant hours_ago(int hours) {
    return system_clock{}.now() - std::chrono::hours{hours};
}

/// No file may grow beyond `bytes` while this lives: as if the disk were full.
class small_files {
public:
    explicit small_files(rlim_t bytes) : handler_{std::signal(SIGXFSZ, SIG_IGN)} {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    small_files(const small_files&) = delete;
    small_files& operator=(const small_files&) = delete;
    ~small_files() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

/// A file on another file system, if this machine has one.
class foreign_file {
public:
    explicit foreign_file(std::string_view content) {
        std::string name = "/dev/shm/atelier-test-XXXXXX";
        const int fd = ::mkstemp(name.data());
        if (fd < 0)
            return;
        ::close(fd);
        path_ = name;
        std::ofstream{path_, std::ios::binary} << content;
    }
    foreign_file(const foreign_file&) = delete;
    foreign_file& operator=(const foreign_file&) = delete;
    ~foreign_file() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }

    [[nodiscard]] bool is_foreign_to(const fs::path& directory) const {
        struct stat a {};
        struct stat b {};
        return ::stat(path_.c_str(), &a) == 0 && ::stat(directory.c_str(), &b) == 0 && a.st_dev != b.st_dev;
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(blobs_disk_tests, shelf)

CAF_TEST(a file lies where Rails looks for it) {
    const auto source = upload("hello");
    const auto stored = store.put(key, source);
    CAF_REQUIRE(stored.has_value());
    CAF_CHECK_EQUAL(stored->byte_size, 5);
    CAF_CHECK_EQUAL(stored->checksum, "XUFAKrxLKna5cZ2REBfFkg==");
    CAF_CHECK_EQUAL(files(), std::vector<std::string>{"xt/ap/xtapjjcjiudrlk3tmwyjgpuobabd"});
    CAF_CHECK_EQUAL(content_of(store.path(key)), "hello");
    CAF_CHECK(!fs::exists(source));
    CAF_MESSAGE("and nobody else may read it");
    CAF_CHECK((fs::status(store.path(key)).permissions() & fs::perms::others_all) == fs::perms::none);
}

CAF_TEST(what is no key never becomes a path) {
    for (const std::string_view bad :
         {"", "a", "ab/cd/../../../../../../etc/passwd", "../../../../../../etc/passwd00",
          "xtapjjcjiudrlk3tmwyjgpuobab/", "xtapjjcjiudrlk3tmwyjgpuobab.", "xtapjjcjiudrlk3tmwyjgpuoba d",
          "....jjcjiudrlk3tmwyjgpuobabd", "xtapjjcjiudrlk3tmwyjgpuobab\xc3"}) {
        CAF_MESSAGE(bad);
        CAF_CHECK(store.path(bad).empty());
        CAF_CHECK(!store.remove(bad));
        CAF_CHECK(!is_same(store.compare(bad, "", 0)));
        const auto stored = store.put(bad, upload("x"));
        CAF_REQUIRE(!stored.has_value());
        CAF_CHECK(stored.error().code == errc::internal);
    }
    CAF_CHECK(store.path(std::string_view{"xtapjjcjiudrl\0k3tmwyjgpuobab", 28}).empty());
    CAF_CHECK(store.path(std::string(65, 'a')).empty());
    CAF_CHECK(files().empty());
}

CAF_TEST(a key is written once) {
    CAF_REQUIRE(store.put(key, upload("first")).has_value());
    const auto source = upload("second");
    const auto again = store.put(key, source);
    CAF_REQUIRE(!again.has_value());
    CAF_CHECK(again.error().code == errc::internal);
    CAF_CHECK_EQUAL(content_of(store.path(key)), "first");
    CAF_CHECK_EQUAL(content_of(source), "second");
}

CAF_TEST(verifying looks at size and content) {
    CAF_REQUIRE(store.put(key, upload("hello")).has_value());
    CAF_CHECK(is_same(store.compare(key, "XUFAKrxLKna5cZ2REBfFkg==", 5)));
    CAF_CHECK(!is_same(store.compare(key, "XUFAKrxLKna5cZ2REBfFkg==", 6)));
    CAF_CHECK(!is_same(store.compare(key, "1B2M2Y8AsgTpgAmY7PhCfg==", 5)));
    CAF_CHECK(!is_same(store.compare(other_key, "XUFAKrxLKna5cZ2REBfFkg==", 5)));
    fs::permissions(store.path(key), fs::perms::owner_write, fs::perm_options::add);
    std::ofstream{store.path(key)} << "hallo";
    CAF_CHECK(!is_same(store.compare(key, "XUFAKrxLKna5cZ2REBfFkg==", 5)));
}

CAF_TEST(a file is fetched as a copy) {
    CAF_REQUIRE(store.put(key, upload("hello")).has_value());
    const auto target = directory.path() / "copy";
    const auto fetched = store.fetch(key, target);
    CAF_REQUIRE(fetched.has_value());
    CAF_CHECK_EQUAL(fetched->checksum, "XUFAKrxLKna5cZ2REBfFkg==");
    CAF_CHECK_EQUAL(content_of(target), "hello");
    CAF_MESSAGE("and overwrites nothing");
    CAF_CHECK(!store.fetch(key, target).has_value());
    CAF_CHECK_EQUAL(content_of(target), "hello");
    const auto missing = store.fetch(other_key, directory.path() / "none");
    CAF_REQUIRE(!missing.has_value());
    CAF_CHECK(missing.error().code == errc::not_found);
    CAF_CHECK(!fs::exists(directory.path() / "none"));
    CAF_CHECK_EQUAL(store.link(key, {}), "");
}

CAF_TEST(removing is idempotent) {
    CAF_REQUIRE(store.put(key, upload("hello")).has_value());
    CAF_CHECK(store.remove(key));
    CAF_CHECK(!fs::exists(store.path(key)));
    CAF_CHECK(store.remove(key));
    CAF_CHECK(store.remove(other_key));
}

CAF_TEST(a source that is not there stores nothing) {
    const auto stored = store.put(key, directory.path() / "none");
    CAF_REQUIRE(!stored.has_value());
    CAF_CHECK(stored.error().code == errc::unavailable);
    CAF_CHECK(files().empty());
}

CAF_TEST(a store that cannot be written is unavailable and keeps the source) {
    std::ofstream{root} << "a file where the directory should be";
    const auto source = upload("hello");
    const auto stored = store.put(key, source);
    CAF_REQUIRE(!stored.has_value());
    CAF_CHECK(stored.error().code == errc::unavailable);
    CAF_CHECK(!stored.error().detail.empty());
    CAF_CHECK_EQUAL(content_of(source), "hello");
    const auto checked = store.check();
    CAF_REQUIRE(!checked.has_value());
    CAF_CHECK(checked.error().code == errc::unavailable);
}

CAF_TEST(a directory whose place is taken leaves nothing behind) {
    fs::create_directories(root);
    std::ofstream{root / "xt"} << "in the way";
    const auto source = upload("hello");
    const auto stored = store.put(key, source);
    CAF_REQUIRE(!stored.has_value());
    CAF_CHECK(stored.error().code == errc::unavailable);
    CAF_CHECK_EQUAL(files(), std::vector<std::string>{"xt"});
    CAF_CHECK_EQUAL(content_of(source), "hello");
}

CAF_TEST(a file from another file system is copied) {
    const std::string content(300'000, 'x');
    const foreign_file source{content};
    if (!source.is_foreign_to(directory.path())) {
        CAF_MESSAGE("there is only one file system");
        return;
    }
    const auto stored = store.put(key, source.path());
    CAF_REQUIRE(stored.has_value());
    CAF_CHECK_EQUAL(stored->byte_size, 300'000);
    CAF_CHECK_EQUAL(content_of(store.path(key)), content);
    CAF_CHECK(!fs::exists(source.path()));
    CAF_CHECK_EQUAL(files().size(), 1u);
}

CAF_TEST(a full disk leaves nothing behind and keeps the source) {
    const std::string content(300'000, 'x');
    const foreign_file source{content};
    if (!source.is_foreign_to(directory.path())) {
        CAF_MESSAGE("there is only one file system");
        return;
    }
    const auto stored = [&] {
        const small_files full{100'000};
        return store.put(key, source.path());
    }();
    CAF_REQUIRE(!stored.has_value());
    CAF_CHECK(stored.error().code == errc::unavailable);
    CAF_CHECK(files().empty());
    CAF_CHECK_EQUAL(content_of(source.path()), content);
    CAF_CHECK(store.put(key, source.path()).has_value());
}

CAF_TEST(readers see a file whole or not at all) {
    const std::string content(2'000'000, 'x');
    const foreign_file source{content};
    std::atomic<bool> stored = false;
    std::atomic<int> partial = 0;
    std::thread reader{[&] {
        while (!stored)
            if (std::error_code error; fs::exists(store.path(key), error))
                partial += content_of(store.path(key)).size() != content.size() ? 1 : 0;
    }};
    const auto result = store.put(key, source.path());
    stored = true;
    reader.join();
    CAF_CHECK(result.has_value());
    CAF_CHECK_EQUAL(partial.load(), 0);
}

CAF_TEST(old files are listed and young ones are not ) {
    CAF_REQUIRE(store.put(key, upload("old")).has_value());
    CAF_REQUIRE(store.put(other_key, upload("young")).has_value());
    age(store.path(key), std::chrono::hours{48});
    CAF_CHECK_EQUAL(older_than(hours_ago(24)), std::vector<std::string>{std::string{key}});
    CAF_CHECK_EQUAL(older_than(hours_ago(-1)).size(), 2u);
    CAF_CHECK(older_than(hours_ago(72)).empty());
}

CAF_TEST(listing ends when the visitor says so and passes over what is no blob) {
    CAF_REQUIRE(store.put(key, upload("one")).has_value());
    CAF_REQUIRE(store.put(other_key, upload("two")).has_value());
    std::ofstream{root / "README"} << "not a key";
    std::ofstream{root / "xt" / "wrongplaceforthiskey00000000"} << "a key, elsewhere";
    int visits = 0;
    store.for_each_older_than(hours_ago(-1), [&](const std::string&) { return ++visits < 1; });
    CAF_CHECK_EQUAL(visits, 1);
    CAF_CHECK_EQUAL(older_than(hours_ago(-1)).size(), 2u);
    CAF_CHECK(fs::exists(root / "README"));
}

CAF_TEST(files may be removed while they are listed) {
    for (const char c : {'a', 'b', 'c', 'd'})
        CAF_REQUIRE(store.put(std::string(28, c), upload("x")).has_value());
    store.for_each_older_than(hours_ago(-1), [&](const std::string& k) { return store.remove(k); });
    CAF_CHECK(files().empty());
}

CAF_TEST(what a crash left half written goes away with time) {
    CAF_REQUIRE(store.put(key, upload("whole")).has_value());
    const auto partial = root / "xt" / "ap" / (std::string{other_key} + ".partial");
    std::ofstream{partial} << "ha";
    CAF_CHECK(older_than(hours_ago(24)).empty());
    CAF_CHECK(fs::exists(partial));
    age(partial, std::chrono::hours{48});
    CAF_CHECK(older_than(hours_ago(24)).empty());
    CAF_CHECK(!fs::exists(partial));
}

CAF_TEST(a store without a directory lists nothing and is made by the check) {
    CAF_CHECK(older_than(hours_ago(-1)).empty());
    CAF_CHECK(store.check().has_value());
    CAF_CHECK(fs::is_directory(root));
    CAF_CHECK(files().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
