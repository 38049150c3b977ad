#pragma once

#include "actors/domain/errors.hpp"

#include <cassert>
#include <utility>
#include <variant>

namespace atelier {

/// A value, or the reason why there is none. Errors travel as values up to the HTTP edge.
template <class T>
class [[nodiscard]] outcome {
public:
    using value_type = T;

    // Implicit, so that `return value;` and `return errc::not_found;` both read well.
    // NOLINTBEGIN(google-explicit-constructor)
    outcome(T value) : state_{std::in_place_index<0>, std::move(value)} {}
    outcome(failure why) : state_{std::in_place_index<1>, std::move(why)} {}
    outcome(errc code) : state_{std::in_place_index<1>, failure{code}} {}
    // NOLINTEND(google-explicit-constructor)

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    [[nodiscard]] T& value() & { return *checked(std::get_if<0>(&state_)); }
    [[nodiscard]] const T& value() const& { return *checked(std::get_if<0>(&state_)); }
    [[nodiscard]] T&& value() && { return std::move(*checked(std::get_if<0>(&state_))); }
    [[nodiscard]] T& operator*() & { return value(); }
    [[nodiscard]] const T& operator*() const& { return value(); }
    [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    [[nodiscard]] failure& error() & { return *checked(std::get_if<1>(&state_)); }
    [[nodiscard]] const failure& error() const& { return *checked(std::get_if<1>(&state_)); }
    [[nodiscard]] failure&& error() && { return std::move(*checked(std::get_if<1>(&state_))); }

private:
    template <class P>
    static P* checked(P* p) {
        assert(p != nullptr);
        return p;
    }

    std::variant<T, failure> state_;
};

/// "It worked", for commands that return nothing else.
struct done {
    friend constexpr bool operator==(done, done) = default;
};
using status = outcome<done>;

} // namespace atelier
