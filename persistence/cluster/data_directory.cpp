#include "persistence/cluster/data_directory.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sstream>
#include <sys/fsuid.h>
#include <sys/stat.h>

namespace atelier::postgres {
namespace {

constexpr uid_t root = 0;

template <class Lookup>
std::optional<account> look_up(Lookup lookup) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (lookup(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return account{found->pw_uid, found->pw_gid, found->pw_name};
}

std::optional<account> account_named(const char* name) {
    return look_up([&](auto... into) { return ::getpwnam_r(name, into...); });
}

std::optional<account> account_of(uid_t user) {
    return look_up([&](auto... into) { return ::getpwuid_r(user, into...); });
}

outcome<account> account_for_servers() {
    if (::geteuid() != root)
        return account{::geteuid(), ::getegid(), {}};
    for (const auto* name : {"postgres", "nobody"})
        if (auto found = account_named(name))
            return std::move(*found);
    return failure{errc::unavailable,
                   "PostgreSQL cannot run as root, and there is neither a user postgres nor nobody"};
}

/// Lets this thread reach files as another user for a moment.
class file_access_as {
public:
    explicit file_access_as(const account& who)
        : group_{static_cast<gid_t>(::setfsgid(who.group))}, user_{static_cast<uid_t>(::setfsuid(who.user))} {
    }
    file_access_as(const file_access_as&) = delete;
    file_access_as& operator=(const file_access_as&) = delete;
    ~file_access_as() {
        ::setfsuid(user_);
        ::setfsgid(group_);
    }

private:
    gid_t group_;
    uid_t user_;
};

std::string read_small_file(int directory, const char* name) {
    const unique_fd file{::openat(directory, name, O_RDONLY | O_CLOEXEC)};
    std::array<char, 2048> content{};
    const auto size = file ? ::read(file.get(), content.data(), content.size()) : 0;
    return {content.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

template <class Number>
Number leading_number(const std::string& text) {
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

} // namespace

outcome<data_directory> data_directory::open(const std::filesystem::path& path) {
    const auto cannot_open = "cannot open the database in " + path.string();
    unique_fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    struct stat about {};
    if (!fd || ::fstat(fd.get(), &about) != 0)
        return last_error(cannot_open);
    auto owner =
        account_of(about.st_uid).value_or(account{about.st_uid, about.st_gid, std::to_string(about.st_uid)});
    if (owner.user == root)
        return failure{errc::unavailable,
                       cannot_open +
                           ": it belongs to root, as whom PostgreSQL cannot run; give it to another user"};
    if (::geteuid() != root && ::geteuid() != owner.user)
        return failure{errc::unavailable, cannot_open + ": it belongs to " + owner.name};
    return data_directory{std::move(fd), std::move(owner), about.st_dev, about.st_ino};
}

outcome<data_directory> data_directory::create(const std::filesystem::path& path) {
    auto owner = account_for_servers();
    if (!owner)
        return owner.error();
    if (::mkdir(path.c_str(), S_IRWXU) != 0)
        return last_error("cannot create " + path.string());
    if (::geteuid() == root && ::chown(path.c_str(), owner->user, owner->group) != 0)
        return last_error("cannot give " + path.string() + " to " + owner->name);
    return open(path);
}

std::optional<account> data_directory::run_as() const {
    return ::geteuid() == owner_.user ? std::nullopt : std::optional{owner_};
}

std::string data_directory::identity() const {
    std::ostringstream text;
    text << std::hex << device_ << '-' << inode_;
    return text.str();
}

outcome<int> data_directory::version() const {
    if (const int version = leading_number<int>(read_small_file(fd(), "PG_VERSION")))
        return version;
    return last_error("cannot read the version of the database");
}

pid_t data_directory::recorded_pid() const {
    return leading_number<pid_t>(read_small_file(fd(), "postmaster.pid"));
}

bool data_directory::serves(pid_t pid) const {
    // Servers work in their data directory. A dead process, even one that nobody has waited for, works
    // nowhere.
    const auto workplace = "/proc/" + std::to_string(pid) + "/cwd";
    struct stat about {};
    int result = ::stat(workplace.c_str(), &about);
    if (result != 0 && errno == EACCES && ::geteuid() == root) {
        // Root in a container may lack the capability to look at other users' processes; their owner can.
        const file_access_as owner{owner_};
        result = ::stat(workplace.c_str(), &about);
    }
    return result == 0 && about.st_dev == device_ && about.st_ino == inode_;
}

std::optional<postmaster> data_directory::running() const {
    // Lines: pid, data directory, start time, port, directory of the socket, address, shared memory, state.
    std::istringstream file{read_small_file(fd(), "postmaster.pid")};
    std::array<std::string, 8> lines;
    for (auto& line : lines)
        std::getline(file, line);
    const auto pid = leading_number<pid_t>(lines[0]);
    if (pid <= 0 || !serves(pid))
        return std::nullopt;
    return postmaster{pid, lines[4], lines[7].starts_with("ready")};
}

status data_directory::overwrite(const std::string& name, std::string_view content) const {
    const unique_fd file{::openat(fd(), name.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC)};
    if (!file ||
        ::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
        ::fsync(file.get()) != 0)
        return last_error("cannot write " + name);
    return done{};
}

} // namespace atelier::postgres
