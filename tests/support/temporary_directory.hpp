#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace atelier::test {

/// A new directory that goes with this object.
class temporary_directory {
public:
    temporary_directory() : path_{std::filesystem::temp_directory_path() / "atelier-test-XXXXXX"} {
        auto name = path_.string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error{"cannot create a temporary directory"};
        path_ = name;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace atelier::test
