#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

/// What the fuzz targets share. A target takes any bytes, and checks what has to hold for all of them.
namespace atelier::fuzz {

/// Ends the process unless `holds`: libFuzzer then shows where, and keeps the input.
inline void require(bool holds, const char* what) {
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// The bytes of one run. What a target needs beside its text stands in lines in front of it, so that inputs
/// can be written and read by hand.
class input {
public:
    input(const std::uint8_t* data, std::size_t size)
        : rest_{reinterpret_cast<const char*>(data), size} {} // empty, not null, when there are none

    /// Up to the next line feed, which is taken too.
    [[nodiscard]] std::string_view line() {
        const auto end = rest_.find('\n');
        const auto text = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        return text;
    }
    /// A line that is a decimal number; 0 for any other.
    [[nodiscard]] std::uint64_t number() {
        const auto text = line();
        std::uint64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    }
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

/// Calls `take` with `text` in pieces whose sizes come from `seed`; stops when it gives false.
template <class Take>
void in_pieces(std::string_view text, std::uint64_t seed, Take take) {
    while (!text.empty()) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        const auto size = std::min<std::size_t>(1 + (seed >> 33U) % 7, text.size());
        if (!take(text.substr(0, size)))
            return;
        text.remove_prefix(size);
    }
}

inline void write_file(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

inline std::string read_file(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace atelier::fuzz
