#pragma once

#include "actors/domain/outcome.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace atelier::commands {

/// The name of this node: made once, kept in the state directory, so that a restarted service finds out what
/// became of the commits of its last life.
[[nodiscard]] outcome<std::string> node_name(const std::filesystem::path& directory);

/// A secret of 256 bits in hexadecimal: made once, kept in `directory` where only the owner may read it.
[[nodiscard]] outcome<std::string> kept_secret(const std::filesystem::path& directory);

/// "http://127.0.0.1:8080"; a listener on every address is reached by the loopback address.
[[nodiscard]] std::string listener_url(const std::string& address, std::uint16_t port);

} // namespace atelier::commands
