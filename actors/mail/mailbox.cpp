#include "actors/mail/mailbox.hpp"

#include "persistence/files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace atelier {
namespace {

namespace fs = std::filesystem;

/// "20261123T001200Z-17.eml"
std::string file_name(const outgoing_mail& mail) {
    const auto day = std::chrono::floor<std::chrono::days>(mail.queued_at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(mail.queued_at - day)};
    std::array<char, 80> name{};
    std::snprintf(name.data(), name.size(), "%04d%02u%02uT%02ld%02ld%02ldZ-%lld.eml",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<long>(time.hours().count()),
                  static_cast<long>(time.minutes().count()), static_cast<long>(time.seconds().count()),
                  static_cast<long long>(mail.number));
    return name.data();
}

status write_all(int fd, std::string_view bytes, const std::string& name) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return last_error("cannot write " + name);
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd) != 0)
        return last_error("cannot write " + name);
    return done{};
}

status sync_directory(const fs::path& directory) {
    const unique_fd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0)
        return last_error("cannot write " + directory.string());
    return done{};
}

/// Writes the file under a name that nobody looks at, then gives it its own.
status write_whole(const fs::path& file, std::string_view content) {
    auto temporary = (file.parent_path() / ".XXXXXX.part").string();
    constexpr int suffix = 5;
    const unique_fd fd{::mkostemps(temporary.data(), suffix, O_CLOEXEC)};
    if (!fd)
        return last_error("cannot write to " + file.parent_path().string());
    auto written = write_all(fd.get(), content, temporary);
    if (written && ::rename(temporary.c_str(), file.c_str()) != 0)
        written = last_error("cannot write " + file.string());
    if (!written) {
        ::unlink(temporary.c_str());
        return written;
    }
    return sync_directory(file.parent_path());
}

} // namespace

file_mailbox::file_mailbox(fs::path directory) : directory_{std::move(directory)} {}

status file_mailbox::make_directory() const {
    std::error_code error;
    if (fs::create_directories(directory_, error))
        fs::permissions(directory_, fs::perms::owner_all, error);
    if (error)
        return failure{errc::unavailable, "cannot make " + directory_.string() + ": " + error.message()};
    return done{};
}

mail_attempt file_mailbox::send(const outgoing_mail& mail) {
    auto written = make_directory();
    if (written)
        written = write_whole(directory_ / file_name(mail), mail.content);
    return written ? mail_attempt{} : mail_attempt{mail_result::unavailable, written.error().detail};
}

status file_mailbox::check() {
    auto made = make_directory();
    if (made && ::access(directory_.c_str(), W_OK | X_OK) != 0)
        made = last_error("cannot write to " + directory_.string());
    return made;
}

} // namespace atelier
