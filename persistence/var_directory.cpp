#include "persistence/var_directory.hpp"

#include <array>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>

namespace atelier {
namespace {

namespace fs = std::filesystem;

status make_private(const fs::path& directory) {
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return last_error("cannot create " + directory.string());
    if (!fs::is_directory(directory))
        return failure{errc::unavailable, directory.string() + " is not a directory"};
    if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0)
        return last_error("cannot use " + directory.string());
    return done{};
}

failure already_in_use(int lock, const fs::path& root) {
    std::array<char, 16> pid{};
    const auto size = ::pread(lock, pid.data(), pid.size() - 1, 0);
    const auto who = size > 0 ? " (process " + std::string{pid.data()} + ")" : "";
    return {errc::state_conflict, "another instance" + who + " is already using " + root.string()};
}

/// The lock lives as long as the descriptor, so it never outlives its process.
outcome<unique_fd> lock(const fs::path& file, const fs::path& root) {
    unique_fd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!fd)
        return last_error("cannot open " + file.string());
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? already_in_use(fd.get(), root)
                                    : last_error("cannot lock " + file.string());
    const auto pid = std::to_string(::getpid());
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0)
        return last_error("cannot write " + file.string());
    return fd;
}

status empty(const fs::path& directory) {
    std::error_code error;
    for (fs::directory_iterator entry{directory, error}, end; !error && entry != end;
         entry.increment(error)) {
        fs::remove_all(entry->path(), error);
        if (error)
            break;
    }
    if (error)
        return failure{errc::unavailable, "cannot empty " + directory.string() + ": " + error.message()};
    return done{};
}

} // namespace

outcome<var_directory> var_directory::open(const fs::path& root, use how) {
    std::error_code error;
    fs::create_directories(root.parent_path(), error); // what could not be made is reported below
    auto absolute = fs::absolute(root, error).lexically_normal();
    if (error)
        return failure{errc::unavailable, "cannot find " + root.string() + ": " + error.message()};
    var_directory var{std::move(absolute), unique_fd{}};
    for (const auto& directory :
         {var.root(), var.postgres(), var.mail(), var.storage(), var.tmp(), var.log(), var.run()})
        if (auto made = make_private(directory); !made)
            return made.error();
    if (how == use::shared)
        return var;
    auto held = lock(var.run() / "lock", var.root());
    if (!held)
        return held.error();
    var.lock_ = *std::move(held);
    if (auto emptied = empty(var.tmp()); !emptied)
        return emptied.error();
    return var;
}

} // namespace atelier
