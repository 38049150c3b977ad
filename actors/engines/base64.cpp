#include "actors/engines/base64.hpp"

#include "actors/domain/base64_text.hpp"

#include <sodium.h>

#include <fstream>
#include <iterator>
#include <vector>

namespace atelier {

outcome<std::string> base64_of_file(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    if (!in || bytes.empty())
        return failure{errc::unavailable, "the file cannot be read"};
    return to_base64(bytes);
}

std::string_view without_data_prefix(std::string_view text) {
    constexpr std::size_t longest_prefix = 100;
    if (!text.starts_with("data:"))
        return text;
    const auto comma = text.substr(0, longest_prefix).find(',');
    return comma == std::string_view::npos ? text : text.substr(comma + 1);
}

status write_base64(std::string_view text, const std::filesystem::path& file) {
    std::vector<unsigned char> bytes(text.size() / 4 * 3 + 3);
    std::size_t length = 0;
    if (!is_base64_text(text) ||
        sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), "\r\n", &length, nullptr,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        length == 0)
        return failure{errc::invalid_image, "the picture is not Base64"};
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(length));
    out.close();
    if (!out)
        return failure{errc::unavailable, "the temporary file cannot be written"};
    return done{};
}

} // namespace atelier
