#include "http/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace atelier::http {
namespace {

failure system_failure(errc code, std::string what) {
    return {code, std::move(what) + ": " + std::generic_category().message(errno)};
}

} // namespace

outcome<file> file::open(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return system_failure(errc::internal, "cannot open " + path.string());
    return file{descriptor};
}

outcome<file> file::create(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return system_failure(errc::unavailable, "cannot store the upload");
    return file{descriptor};
}

file::~file() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

outcome<std::size_t> file::read(std::uint64_t offset, std::span<char> into) const {
    std::size_t filled = 0;
    while (filled < into.size()) {
        const auto got = ::pread(descriptor_, into.data() + filled, into.size() - filled,
                                 static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return system_failure(errc::internal, "cannot read a file");
        if (got == 0)
            break;
        filled += static_cast<std::size_t>(got);
    }
    return filled;
}

// NOLINTNEXTLINE(readability-make-member-function-const): what changes is on disk
status file::append(std::string_view data) {
    while (!data.empty()) {
        const auto written = ::write(descriptor_, data.data(), data.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return system_failure(errc::unavailable, "cannot store the upload");
        data.remove_prefix(static_cast<std::size_t>(written));
    }
    return done{};
}

} // namespace atelier::http
