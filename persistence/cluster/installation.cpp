#include "persistence/cluster/installation.hpp"

#include "persistence/cluster/child_process.hpp"
#include "persistence/files.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <sys/mman.h>

namespace atelier::postgres {
namespace {

namespace fs = std::filesystem;

std::optional<int> leading_number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? std::optional{number} : std::nullopt;
}

/// What `postgres --version` says: "postgres (PostgreSQL) 15.8 (Debian …)".
std::optional<int> version_of(const fs::path& programs) {
    if (::access((programs / "initdb").c_str(), X_OK) != 0)
        return std::nullopt;
    const unique_fd output{::memfd_create("version", MFD_CLOEXEC)};
    program postgres;
    postgres.file = programs / "postgres";
    postgres.arguments = {"--version"};
    postgres.output = output.get();
    const auto code = run(postgres, std::chrono::seconds{10});
    if (!code || *code != 0)
        return std::nullopt;
    std::array<char, 128> text{};
    const auto size = ::pread(output.get(), text.data(), text.size(), 0);
    const std::string_view line{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    const auto number = line.find(") ");
    return number == std::string_view::npos ? std::nullopt : leading_number(line.substr(number + 2));
}

std::vector<fs::path> candidates(const fs::path& root) {
    std::vector<fs::path> found;
    std::error_code ignored; // a folder that cannot be read holds nothing for us
    for (const auto& entry : fs::directory_iterator{root, ignored})
        found.push_back(entry.path() / "bin");
    const char* path = std::getenv("PATH");
    std::istringstream folders{path == nullptr ? "" : path};
    for (std::string folder; std::getline(folders, folder, ':');)
        found.emplace_back(folder);
    return found;
}

} // namespace

outcome<installation> find_installation(const fs::path& root, std::optional<int> version) {
    std::optional<installation> best;
    for (const auto& programs : candidates(root)) {
        const auto number = version_of(programs);
        if (!number || *number < oldest_version || (version && *number != *version))
            continue;
        if (!best || *number > best->version)
            best = installation{programs, *number};
    }
    if (best)
        return *best;
    const auto wanted = version ? std::to_string(*version) : std::to_string(oldest_version) + " or newer";
    return failure{errc::unavailable, "PostgreSQL " + wanted + " is not installed: neither in " +
                                          root.string() +
                                          " nor on the PATH (Debian: apt-get install postgresql)"};
}

} // namespace atelier::postgres
