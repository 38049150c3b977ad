// CAF's test runner, and where the sources are; compiled once for each test program.
#include "tests/support/source_directory.hpp"

#include <caf/test/unit_test_impl.hpp>

std::filesystem::path atelier::test::source_directory() {
    return ATELIER_SOURCE_DIR;
}
