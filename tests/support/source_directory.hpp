#pragma once

#include <filesystem>

namespace atelier::test {

/// The top of the source tree, for tests that read its files. Known to one file only, so that the others
/// compile to the same in every checkout.
[[nodiscard]] std::filesystem::path source_directory();

} // namespace atelier::test
