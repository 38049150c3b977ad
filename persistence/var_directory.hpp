#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/files.hpp"

#include <filesystem>
#include <utility>

namespace atelier {

/// The service's state directory, with everything that it keeps on this machine.
class var_directory {
public:
    enum class use {
        exclusive, ///< by the service: until this object goes no other service can use it, and `tmp` is
                   ///< emptied
        shared,    ///< by a tool, beside a service or without one
    };

    /// Makes what is missing, private to its user, and checks that it can be written. A failure's detail is
    /// one line for the operator; the one about a second service names the process that is already there.
    [[nodiscard]] static outcome<var_directory> open(const std::filesystem::path& root, use how);

    [[nodiscard]] const std::filesystem::path& root() const { return root_; } ///< absolute
    [[nodiscard]] std::filesystem::path postgres() const { return root_ / "postgres"; }
    [[nodiscard]] std::filesystem::path mail() const { return root_ / "mail"; }
    [[nodiscard]] std::filesystem::path storage() const { return root_ / "storage"; }
    /// For uploads and other files under construction; a crash's leftovers are removed at the next start.
    [[nodiscard]] std::filesystem::path tmp() const { return root_ / "tmp"; }
    [[nodiscard]] std::filesystem::path log() const { return root_ / "log"; }
    [[nodiscard]] std::filesystem::path run() const { return root_ / "run"; }

private:
    var_directory(std::filesystem::path root, unique_fd lock)
        : root_{std::move(root)}, lock_{std::move(lock)} {}

    std::filesystem::path root_;
    unique_fd lock_;
};

} // namespace atelier
