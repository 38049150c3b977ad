#include "actors/gateways/sandbox/journal.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace atelier::sandbox {
namespace {

failure trouble(const std::string& what, const std::filesystem::path& file) {
    return {errc::unavailable, what + ' ' + file.string() + ": " + std::generic_category().message(errno)};
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// Hands out the entries; gives the size of all whole lines.
outcome<std::int64_t> read_entries(const std::filesystem::path& file,
                                   const std::function<void(const journal_entry&)>& replay) {
    std::ifstream in{file, std::ios::binary};
    std::int64_t size = 0;
    int number = 0;
    for (std::string line; std::getline(in, line) && !in.eof();) {
        ++number;
        const auto entry = parse_journal_entry(line);
        if (!entry)
            return failure{errc::unavailable, file.string() + ": line " + std::to_string(number) +
                                                  " is no entry of the sandbox's journal"};
        replay(*entry);
        size += static_cast<std::int64_t>(line.size()) + 1;
    }
    return size;
}

} // namespace

outcome<journal> journal::open(const std::filesystem::path& file,
                               const std::function<void(const journal_entry&)>& replay) {
    if (file.has_parent_path()) {
        std::error_code error;
        std::filesystem::create_directories(file.parent_path(), error);
        if (error)
            return failure{errc::unavailable,
                           "cannot make the directory of " + file.string() + ": " + error.message()};
    }
    constexpr mode_t only_owner = 0600;
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, only_owner);
    if (opened < 0)
        return trouble("cannot open", file);
    journal made{opened, 0};
    if (::flock(opened, LOCK_EX | LOCK_NB) != 0)
        return failure{errc::unavailable, file.string() + " is in use by another process"};
    const auto size = read_entries(file, replay);
    if (!size)
        return size.error();
    if (::ftruncate(opened, *size) != 0)
        return trouble("cannot write", file);
    made.size_ = *size;
    return made;
}

journal::journal(journal&& other) noexcept : file_{std::exchange(other.file_, -1)}, size_{other.size_} {}

journal& journal::operator=(journal&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(size_, other.size_);
    return *this;
}

journal::~journal() {
    if (file_ >= 0)
        ::close(file_);
}

status journal::append(const journal_entry& entry) {
    const auto line = to_json(entry) + '\n';
    if (write_all(file_, line)) {
        size_ += static_cast<std::int64_t>(line.size());
        return done{};
    }
    const auto why = errno;
    const bool cut = ::ftruncate(file_, size_) == 0; // what was written of the line
    return failure{errc::unavailable,
                   "cannot write the sandbox's journal: " + std::generic_category().message(why) +
                       (cut ? "" : ", nor cut it off")};
}

} // namespace atelier::sandbox
