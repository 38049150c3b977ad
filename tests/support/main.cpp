// CAF's test runner; compiled once for each test program.
#include <caf/test/unit_test_impl.hpp>
