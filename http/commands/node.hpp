#pragma once

#include "actors/domain/outcome.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace atelier::commands {

/// The name of this node: made once, kept in the state directory, so that a restarted service finds out what
/// became of the commits of its last life.
[[nodiscard]] outcome<std::string> node_name(const std::filesystem::path& directory);

/// A secret of 256 bits in hexadecimal: made once, kept in `directory` where only the owner may read it.
[[nodiscard]] outcome<std::string> kept_secret(const std::filesystem::path& directory);

/// 64 random bits in hexadecimal.
[[nodiscard]] std::string random_key();

/// The key of the gateway's signatures: as configured, or with the sandbox one that is kept in the state
/// directory.
[[nodiscard]] outcome<std::string> payment_secret(const settings& config, const std::filesystem::path& var);

/// What addresses of images, and ids as Active Storage has them, are signed with: as configured, or one that
/// is kept in the state directory.
[[nodiscard]] outcome<std::string> secret_key_base(const settings& config, const std::filesystem::path& var);

/// "http://127.0.0.1:8080"; a listener on every address is reached by the loopback address.
[[nodiscard]] std::string listener_url(std::string_view scheme, const std::string& address,
                                       std::uint16_t port);

} // namespace atelier::commands
