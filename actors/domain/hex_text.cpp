#include "actors/domain/hex_text.hpp"

#include <sodium.h>

namespace atelier {

std::string to_hex(std::span<const unsigned char> bytes) {
    std::string text(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back(); // the terminating NUL
    return text;
}

std::string to_hex(std::string_view bytes) {
    return to_hex(std::span{reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

} // namespace atelier
