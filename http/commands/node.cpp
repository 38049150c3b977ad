#include "http/commands/node.hpp"

#include "actors/domain/random.hpp"
#include "persistence/files.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <fstream>

namespace atelier::commands {
namespace {

template <std::size_t Size>
std::string random_hex() {
    std::array<std::byte, Size> bytes{};
    system_random{}.fill(bytes);
    std::string text;
    for (const auto b : bytes)
        text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    return text;
}

} // namespace

outcome<std::string> node_name(const std::filesystem::path& directory) {
    const auto file = directory / "node";
    std::string name;
    if (std::ifstream in{file}; in >> name && !name.empty())
        return name;
    name = random_hex<8>();
    std::ofstream out{file};
    out << name << '\n';
    out.close();
    if (!out)
        return failure{errc::unavailable, "cannot write " + file.string()};
    return name;
}

outcome<std::string> kept_secret(const std::filesystem::path& directory) {
    const auto file = directory / "secret";
    std::string secret;
    if (std::ifstream in{file}; in >> secret && !secret.empty())
        return secret;
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    secret = random_hex<32>();
    // Under another name until it is whole: half a secret would be kept for ever.
    const auto draft = directory / "secret.new";
    constexpr mode_t only_owner = 0600;
    const unique_fd out{::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, only_owner)};
    const auto line = secret + '\n';
    if (!out || ::write(out.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
        ::rename(draft.c_str(), file.c_str()) != 0)
        return last_error("cannot write " + file.string());
    return secret;
}

std::string random_key() {
    return random_hex<8>();
}

outcome<std::string> payment_secret(const settings& config, const std::filesystem::path& var) {
    if (!config.payments.api_secret.empty() || config.payments.gateway != "sandbox")
        return config.payments.api_secret;
    return kept_secret(var / "sandbox");
}

outcome<std::string> secret_key_base(const settings& config, const std::filesystem::path& var) {
    if (!config.images.secret_key_base.empty())
        return config.images.secret_key_base;
    return kept_secret(var / "rails");
}

std::string listener_url(std::string_view scheme, const std::string& address, std::uint16_t port) {
    if (address == "0.0.0.0")
        return fmt::format("{}://127.0.0.1:{}", scheme, port);
    if (address == "::")
        return fmt::format("{}://[::1]:{}", scheme, port);
    const bool v6 = address.find(':') != std::string::npos;
    return fmt::format("{}://{}:{}", scheme, v6 ? '[' + address + ']' : address, port);
}

} // namespace atelier::commands
