#include "http/commands/node.hpp"

#include "actors/domain/random.hpp"

#include <fmt/format.h>

#include <array>
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

std::string random_secret() {
    return random_hex<32>();
}

std::string listener_url(const std::string& address, std::uint16_t port) {
    if (address == "0.0.0.0")
        return fmt::format("http://127.0.0.1:{}", port);
    if (address == "::")
        return fmt::format("http://[::1]:{}", port);
    const bool v6 = address.find(':') != std::string::npos;
    return v6 ? fmt::format("http://[{}]:{}", address, port) : fmt::format("http://{}:{}", address, port);
}

} // namespace atelier::commands
