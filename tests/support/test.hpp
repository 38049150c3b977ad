#pragma once

// The one way in which tests include CAF's test framework. Define CAF_SUITE before.
#include <caf/test/unit_test.hpp>

#include <atomic>
#include <concepts>
#include <type_traits>
#include <utility>

/// CAF's comparisons keep references to what they compare, also into temporaries that are gone by then. Ours
/// keep values.
namespace atelier::test {

template <class T>
requires std::copy_constructible<std::decay_t<T>> std::decay_t<T> kept(T&& value) {
    return std::forward<T>(value);
}

template <class T>
T kept(const std::atomic<T>& value) {
    return value.load();
}

} // namespace atelier::test

#undef CAF_CHECK_EQUAL
#define CAF_CHECK_EQUAL(x, y)                                                                                \
    CAF_CHECK_FUNC(::caf::test::equal_to, ::atelier::test::kept(x), ::atelier::test::kept(y))
#undef CAF_REQUIRE_EQUAL
#define CAF_REQUIRE_EQUAL(x, y)                                                                              \
    CAF_REQUIRE_FUNC(::caf::test::equal_to, ::atelier::test::kept(x), ::atelier::test::kept(y))
