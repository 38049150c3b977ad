#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/views.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

/// Values of JSON objects that may be missing. In parentheses: in braces a value would become an array of
/// one.
namespace atelier {

[[nodiscard]] inline boost::json::value text_or_null(std::string_view text) {
    return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

[[nodiscard]] inline boost::json::value time_or_null(const std::optional<instant>& t) {
    return t ? boost::json::value(to_iso8601(*t)) : boost::json::value(nullptr);
}

template <class Tag>
[[nodiscard]] boost::json::value id_or_null(const std::optional<id<Tag>>& i) {
    return i ? boost::json::value(i->value) : boost::json::value(nullptr);
}

} // namespace atelier
