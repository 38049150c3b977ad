#include "persistence/cluster/server_log.hpp"

#include <array>
#include <fcntl.h>
#include <sstream>

namespace atelier::postgres {
namespace {

constexpr std::uintmax_t size_limit = 16 * 1024 * 1024;

} // namespace

outcome<server_log> server_log::open(const std::filesystem::path& path) {
    std::error_code ignored; // a log that cannot be measured or renamed goes on growing
    if (const auto size = std::filesystem::file_size(path, ignored); !ignored && size > size_limit)
        std::filesystem::rename(path, path.string() + ".1", ignored);
    unique_fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
    const auto end = fd ? ::lseek(fd.get(), 0, SEEK_END) : -1;
    if (end < 0)
        return last_error("cannot write " + path.string());
    return server_log{std::move(fd), end};
}

std::string server_log::complaint() const {
    std::array<char, 16 * 1024> text{};
    const auto size = ::pread(fd_.get(), text.data(), text.size(), start_);
    std::istringstream lines{std::string{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))}};
    std::string last = "no reason given";
    for (std::string line; std::getline(lines, line);) {
        for (const auto* mark : {"FATAL:  ", "PANIC:  ", "error: ", "postgres: "})
            if (const auto at = line.find(mark); at != std::string::npos)
                return line.substr(at + std::string_view{mark}.size());
        if (!line.empty())
            last = line;
    }
    return last;
}

} // namespace atelier::postgres
