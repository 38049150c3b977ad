#pragma once

#include <cstddef>

/// What is an address and a good password is the service's to say; these only keep the absurd away from it.
namespace atelier::http {

inline constexpr std::size_t email_bytes_max = 320;
inline constexpr std::size_t password_bytes_max = 1024;

} // namespace atelier::http
