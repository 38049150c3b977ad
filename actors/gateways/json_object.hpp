#pragma once

#include "actors/domain/money.hpp"

#include <boost/json/serialize.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace atelier {

/// Writes a JSON object member by member, because an amount has to keep its decimal text.
class json_object {
public:
    json_object& raw(std::string_view name, std::string_view json) {
        out_ += out_.empty() ? "{\"" : ",\"";
        out_.append(name).append("\":").append(json);
        return *this;
    }
    json_object& text(std::string_view name, std::string_view value) {
        return raw(name, boost::json::serialize(boost::json::string_view{value.data(), value.size()}));
    }
    /// Nothing when `value` is empty.
    json_object& optional_text(std::string_view name, std::string_view value) {
        return value.empty() ? *this : text(name, value);
    }
    json_object& integer(std::string_view name, std::int64_t value) {
        return raw(name, std::to_string(value));
    }
    json_object& amount(std::string_view name, std::int64_t minor_units) {
        return raw(name, format_amount(minor_units));
    }

    [[nodiscard]] std::string finish() && { return out_.empty() ? "{}" : std::move(out_) + "}"; }

private:
    std::string out_;
};

} // namespace atelier
