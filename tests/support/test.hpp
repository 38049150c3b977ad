#pragma once

// The one way in which tests include CAF's test framework. Define CAF_SUITE before.
#include <caf/test/unit_test.hpp>
