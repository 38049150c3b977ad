#include "http/commands/checkup.hpp"

#include "config/table.hpp"
#include "persistence/blobs/disk.hpp"
#include "persistence/blobs/open_store.hpp"

#include <cstdio>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace atelier::commands {
namespace {

constexpr std::uintmax_t disk_needed = 256ULL * 1024 * 1024;

/// Whether a line of the configuration has a secret itself, and not by the name of an environment variable.
bool holds_secret(std::string_view line) {
    line = line.substr(0, line.find('#')); // a comment; what follows one within quotes is not needed
    const auto begin = secret_begin(line);
    if (!begin)
        return false;
    const auto value = line.substr(*begin);
    return value.find('"') != std::string_view::npos && !value.starts_with("\"\"") &&
           value.find("env(") == std::string_view::npos;
}

status check_configuration_file(const std::filesystem::path& file) {
    struct stat about {};
    if (::stat(file.c_str(), &about) != 0 || (about.st_mode & S_IROTH) == 0)
        return done{};
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);)
        if (holds_secret(line))
            return failure{errc::unavailable,
                           "everybody on this machine can read the secrets in " + file.string()};
    return done{};
}

status check_state_directory(const std::filesystem::path& var) {
    struct stat about {};
    if (::stat(var.c_str(), &about) != 0)
        return done{}; // it will be made
    if (about.st_uid != ::geteuid())
        return failure{errc::unavailable, var.string() + " belongs to user " + std::to_string(about.st_uid) +
                                              ", and this is user " + std::to_string(::geteuid())};
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return failure{errc::unavailable, "others can get into " + var.string()};
    return done{};
}

status check_space(const std::filesystem::path& where) {
    std::error_code error;
    const auto space = std::filesystem::space(where, error);
    if (error)
        return failure{errc::unavailable, error.message()};
    if (space.available < disk_needed)
        return failure{errc::unavailable, "less than 256 MiB are free"};
    return done{};
}

} // namespace

void checkup::print(std::string_view mark, std::string_view what, const status& found,
                    std::string_view cure) {
    std::printf("%-4.*s  %-14.*s %s\n", static_cast<int>(mark.size()), mark.data(),
                static_cast<int>(what.size()), what.data(), found ? "" : found.error().detail.c_str());
    if (!found)
        std::printf("      -> %.*s\n", static_cast<int>(cure.size()), cure.data());
}

void checkup::add(std::string_view what, const status& found, std::string_view cure) {
    print(found ? "ok" : "FAIL", what, found, cure);
    good_ = good_ && found;
}

void checkup::advise(std::string_view what, const status& found, std::string_view cure) {
    print(found ? "ok" : "note", what, found, cure);
}

void check_permissions(const settings& config, const std::optional<std::filesystem::path>& file,
                       checkup& all) {
    if (file)
        all.add("secrets", check_configuration_file(*file),
                "`chmod 640` it, or take them from the environment: env(\"NAME\")");
    all.add("permissions", check_state_directory(config.var),
            "run this as the service's user (sudo -u atelier …); the directory is its own, with mode 700");
}

void check_files(const settings& config, const workplace& place, checkup& all) {
    all.add("disk", check_space(place.var.root()), "free some space, or point `var` to another disk");
    const bool elsewhere = config.images.store == "s3";
    const system_clock time;
    const auto storage = open_blob_store(config, time);
    all.add("storage", storage ? (*storage)->check() : status{storage.error()},
            elsewhere
                ? "look at the section s3, and at what its key may do: get, put, delete and list objects"
                : "make images.storage writable for the service's user");
    disk_store cache{image_cache_directory(config)};
    all.add("cache", cache.check(), "make `cache` in the state directory writable for the service's user");
}

} // namespace atelier::commands
