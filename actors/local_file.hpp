#pragma once

#include "actors/engines/temporary_file.hpp"

#include <filesystem>
#include <memory>
#include <utility>

namespace atelier {

/// A file on this machine that can be read as long as this object, or a copy of it, lives.
class local_file {
public:
    /// A file that stays anyway.
    explicit local_file(std::filesystem::path path) : path_{std::move(path)} {}
    explicit local_file(temporary_file file)
        : path_{file.path()}, owned_{std::make_shared<temporary_file>(std::move(file))} {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    std::shared_ptr<const temporary_file> owned_; ///< null for a file that stays
};

} // namespace atelier
