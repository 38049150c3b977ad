#pragma once

#include "tests/support/test.hpp"

#include <type_traits>
#include <utility>

/// CAF's comparisons keep references to what they compare, also into temporaries that are gone by then. In
/// files that include this header they keep values.
namespace atelier::test {

template <class T>
std::decay_t<T> kept(T&& value) {
    return std::forward<T>(value);
}

} // namespace atelier::test

#undef CAF_CHECK_EQUAL
#define CAF_CHECK_EQUAL(x, y)                                                                                \
    CAF_CHECK_FUNC(::caf::test::equal_to, ::atelier::test::kept(x), ::atelier::test::kept(y))
#undef CAF_REQUIRE_EQUAL
#define CAF_REQUIRE_EQUAL(x, y)                                                                              \
    CAF_REQUIRE_FUNC(::caf::test::equal_to, ::atelier::test::kept(x), ::atelier::test::kept(y))
