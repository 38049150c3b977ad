#include "persistence/blobs/disk.hpp"

#include "persistence/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace atelier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view partial_suffix = ".partial";

/// Makes what the system has of a file or directory durable.
status sync(const fs::path& what, int flags) {
    const unique_fd fd{::open(what.c_str(), flags | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0)
        return last_error("cannot write " + what.filename().string());
    return done{};
}

/// Makes a directory that survives a crash, if it is not there yet.
status make_directory(const fs::path& directory) {
    std::error_code error;
    if (!fs::create_directory(directory, error) && error)
        return failure{errc::unavailable, "cannot make a directory for the file: " + error.message()};
    return sync(directory.parent_path(), O_RDONLY | O_DIRECTORY);
}

/// Gives a file its final name, for good.
status publish(const fs::path& file, const fs::path& name) {
    // The owner and whoever shares the store; photos of homes are nobody else's business.
    if (::chmod(file.c_str(), S_IRUSR | S_IWUSR | S_IRGRP) != 0 || ::rename(file.c_str(), name.c_str()) != 0)
        return last_error("cannot name the file");
    auto synced = sync(name.parent_path(), O_RDONLY | O_DIRECTORY);
    std::error_code ignored; // the first error counts
    if (!synced)
        fs::rename(name, file, ignored);
    return synced;
}

/// Copies from another file system, under a temporary name first: whoever reads the store sees a file whole
/// or not at all.
status copy_across(const fs::path& from, const fs::path& to, const blob_digest& expected) {
    auto partial = to;
    partial += partial_suffix;
    std::error_code error;
    fs::copy_file(from, partial, fs::copy_options::overwrite_existing, error);
    status moved = error ? status{failure{errc::unavailable, "cannot write the file: " + error.message()}}
                         : sync(partial, O_RDONLY);
    if (moved) {
        const auto copied = file_digest(partial);
        if (!copied || copied->checksum != expected.checksum)
            moved = failure{errc::unavailable, "the file was not written as it was sent"};
    }
    if (moved)
        moved = publish(partial, to);
    if (moved)
        fs::remove(from, error);
    else
        fs::remove(partial, error);
    return moved;
}

bool on_same_device(const fs::path& x, const fs::path& y) {
    struct stat a {};
    struct stat b {};
    return ::stat(x.c_str(), &a) == 0 && ::stat(y.c_str(), &b) == 0 && a.st_dev == b.st_dev;
}

instant written_at(const struct stat& s) {
    return instant{std::chrono::duration_cast<microseconds>(std::chrono::seconds{s.st_mtim.tv_sec} +
                                                            std::chrono::nanoseconds{s.st_mtim.tv_nsec})};
}

} // namespace

fs::path disk_store::path(std::string_view key) const {
    if (!is_blob_key(key))
        return {};
    return root_ / key.substr(0, 2) / key.substr(2, 2) / key;
}

outcome<blob_digest> disk_store::put(std::string_view key, const fs::path& source) {
    const auto target = path(key);
    std::error_code error;
    if (target.empty() || fs::exists(target, error))
        return failure{errc::internal, target.empty() ? "malformed blob key" : "blob key in use"};
    auto digest = file_digest(source);
    if (!digest)
        return digest;
    fs::create_directories(root_, error);
    if (error)
        return failure{errc::unavailable, "cannot make the storage directory: " + error.message()};
    auto stored = make_directory(target.parent_path().parent_path());
    if (stored)
        stored = make_directory(target.parent_path());
    if (stored)
        stored = sync(source, O_RDONLY);
    if (stored)
        stored = on_same_device(source, target.parent_path()) ? publish(source, target)
                                                              : copy_across(source, target, *digest);
    if (!stored)
        return stored.error();
    return digest;
}

outcome<bool> disk_store::compare(std::string_view key, std::string_view checksum, std::int64_t size) const {
    const auto file = path(key);
    std::error_code error;
    if (file.empty() || fs::file_size(file, error) != static_cast<std::uintmax_t>(size))
        return false;
    const auto digest = file_digest(file);
    if (!digest)
        return digest.error();
    return digest->byte_size == size && digest->checksum == checksum;
}

outcome<blob_digest> disk_store::fetch(std::string_view key, const fs::path& target) const {
    const auto file = path(key);
    std::error_code error;
    if (file.empty() || !fs::exists(file, error))
        return errc::not_found;
    if (!fs::copy_file(file, target, error)) {
        failure why{errc::unavailable, "the file cannot be copied: " + error.message()};
        if (error != std::errc::file_exists)
            fs::remove(target, error);
        return why;
    }
    auto digest = file_digest(target);
    if (!digest)
        fs::remove(target, error);
    return digest;
}

bool disk_store::remove(std::string_view key) {
    const auto file = path(key);
    if (file.empty())
        return false;
    std::error_code error;
    fs::remove(file, error);
    return !error;
}

void disk_store::for_each_older_than(instant before, const std::function<bool(const std::string&)>& visit) {
    std::error_code error;
    auto entry = fs::recursive_directory_iterator{root_, error};
    for (; !error && entry != fs::recursive_directory_iterator{}; entry.increment(error)) {
        struct stat s {};
        if (::lstat(entry->path().c_str(), &s) != 0 || !S_ISREG(s.st_mode) || written_at(s) >= before)
            continue;
        const auto name = entry->path().filename().string();
        if (name.ends_with(partial_suffix)) {
            std::error_code ignored;
            fs::remove(entry->path(), ignored);
        } else if (path(name) == entry->path() && !visit(name)) {
            return;
        }
    }
}

status disk_store::check() {
    std::error_code error;
    fs::create_directories(root_, error);
    const auto probe = root_ / ".probe";
    const unique_fd fd{::open(probe.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    const bool written = fd && ::write(fd.get(), "ok", 2) == 2;
    status result = written ? status{done{}} : status{last_error("the storage cannot be written")};
    fs::remove(probe, error);
    return result;
}

} // namespace atelier
