#include "actors/domain/random.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace atelier {

system_random::system_random() {
    // Fails only when the machine has no source of randomness at all.
    if (sodium_init() < 0)
        std::abort();
}

void system_random::fill(std::span<std::byte> bytes) {
    if (!bytes.empty())
        randombytes_buf(bytes.data(), bytes.size());
}

std::uint64_t random_number(random_source& random) {
    std::array<std::byte, sizeof(std::uint64_t)> bytes{};
    random.fill(bytes);
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes.data(), sizeof bits);
    return bits;
}

double uniform(random_source& random) {
    return static_cast<double>(random_number(random) >> 11U) * 0x1.0p-53;
}

} // namespace atelier
