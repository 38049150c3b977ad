#define CAF_SUITE blobs_key

#include "persistence/blobs/blob_store.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

using namespace atelier;
using namespace atelier::test;

namespace {

/// Gives the same byte again and again, then zeros.
class stuck_random final : public random_source {
public:
    explicit stuck_random(std::byte value) : value_{value} {}
    void fill(std::span<std::byte> bytes) override {
        std::ranges::fill(bytes, calls_++ == 0 ? value_ : std::byte{0});
    }

private:
    std::byte value_;
    int calls_ = 0;
};

outcome<blob_digest> digest_of(std::string_view content) {
    const temporary_directory directory;
    const auto file = directory.path() / "file";
    std::ofstream{file, std::ios::binary} << content;
    return file_digest(file);
}

} // namespace

CAF_TEST(a key has 28 characters of base 36 in lower case) {
    seeded_random random;
    for (int i = 0; i < 1000; ++i) {
        const auto key = new_blob_key(random);
        CAF_REQUIRE_EQUAL(key.size(), 28u);
        CAF_REQUIRE(std::ranges::all_of(
            key, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }));
    }
}

CAF_TEST(keys differ and every character is as likely as any other) {
    seeded_random random;
    std::set<std::string> keys;
    std::map<char, int> counts;
    constexpr int rounds = 4000;
    for (int i = 0; i < rounds; ++i) {
        const auto key = new_blob_key(random);
        keys.insert(key);
        for (const char c : key)
            ++counts[c];
    }
    CAF_CHECK_EQUAL(keys.size(), std::size_t{rounds});
    CAF_CHECK_EQUAL(counts.size(), 36u);
    // 3111 of each are to be expected; five standard deviations are 278.
    for (const auto& [c, count] : counts)
        CAF_CHECK(std::abs(count - rounds * 28 / 36) < 278);
}

CAF_TEST(bytes that would make some characters likelier are not used) {
    stuck_random random{std::byte{253}};
    CAF_CHECK_EQUAL(new_blob_key(random), std::string(28, '0'));
}

CAF_TEST(the digest is that of Active Storage) {
    const auto hello = digest_of("hello");
    CAF_REQUIRE(hello.has_value());
    CAF_CHECK_EQUAL(hello->checksum, "XUFAKrxLKna5cZ2REBfFkg==");
    CAF_CHECK_EQUAL(hello->byte_size, 5);
    const auto empty = digest_of("");
    CAF_REQUIRE(empty.has_value());
    CAF_CHECK_EQUAL(empty->checksum, "1B2M2Y8AsgTpgAmY7PhCfg==");
    CAF_CHECK_EQUAL(empty->byte_size, 0);
}

CAF_TEST(the digest of a large file is that of all its bytes) {
    const auto zeros = digest_of(std::string(1'000'000, '\0'));
    CAF_REQUIRE(zeros.has_value());
    CAF_CHECK_EQUAL(zeros->byte_size, 1'000'000);
    // head -c 1000000 /dev/zero | openssl md5 -binary | base64
    CAF_CHECK_EQUAL(zeros->checksum, "h59LulftN8nsXlrt+YZGmA==");
}

CAF_TEST(a file that cannot be read has no digest) {
    const temporary_directory directory;
    const auto missing = file_digest(directory.path() / "none");
    CAF_REQUIRE(!missing.has_value());
    CAF_CHECK(missing.error().code == errc::unavailable);
    const auto folder = file_digest(directory.path());
    CAF_REQUIRE(!folder.has_value());
    CAF_CHECK(folder.error().code == errc::unavailable);
}
