#pragma once

#include "persistence/blobs/s3/s3_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/s3_stand_in.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <chrono>
#include <fstream>
#include <iterator>

namespace atelier::test {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

inline const std::string key = "xtapjjcjiudrlk3tmwyjgpuobabd";
inline const std::string other_key = "0123456789abcdefghijklmnopqr";

inline std::string content_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline bool is_same(const outcome<bool>& compared) {
    return compared && *compared;
}

/// A store and the server behind it.
struct bucket {
    manual_clock time;
    s3_stand_in server{time};
    temporary_directory directory;
    std::unique_ptr<s3_store> store = opened(settings());

    [[nodiscard]] s3_settings settings() const {
        s3_settings all;
        all.place = {std::string{s3_stand_in::region}, std::string{s3_stand_in::bucket}, server.url(), true};
        all.credentials = {std::string{s3_stand_in::access_key}, std::string{s3_stand_in::secret_key}, ""};
        all.first_pause = 1ms;
        all.longest_pause = 2ms;
        all.attempts = 3;
        all.size_limit = 1'000'000;
        all.multipart_threshold = 100'000;
        all.part_size = 40'000;
        return all;
    }

    [[nodiscard]] std::unique_ptr<s3_store> opened(s3_settings all) const {
        auto result = s3_store::open(std::move(all), time);
        CAF_REQUIRE(result.has_value());
        return std::move(*result);
    }

    [[nodiscard]] fs::path upload(std::string_view content) const {
        auto file = directory.path() / "upload";
        std::ofstream{file, std::ios::binary} << content;
        return file;
    }

    [[nodiscard]] fs::path place() const { return directory.path() / "fetched"; }

    [[nodiscard]] long count(const std::string& entry) const {
        const auto log = server.log();
        return std::ranges::count(log, entry);
    }
};

} // namespace atelier::test
