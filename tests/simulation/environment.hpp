#pragma once

#include <cstdint>
#include <cstdlib>

namespace atelier::test {

/// A number that whoever starts the program may set.
inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

} // namespace atelier::test
