#pragma once

#include "actors/gateways/sandbox/decimal.hpp"

#include <boost/json/serialize.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace atelier::http::sandbox {

/// Writes a JSON object member by member, so that amounts keep their two decimals.
class object_writer {
public:
    /// `json` is JSON itself.
    object_writer& raw(std::string_view name, std::string_view json) {
        out_ += out_.empty() ? "{\"" : ",\"";
        out_.append(name).append("\":").append(json);
        return *this;
    }
    /// null for an empty text.
    object_writer& text(std::string_view name, std::string_view value) {
        return raw(name, value.empty()
                             ? "null"
                             : boost::json::serialize(boost::json::string_view{value.data(), value.size()}));
    }
    object_writer& integer(std::string_view name, std::int64_t value) {
        return raw(name, std::to_string(value));
    }
    object_writer& boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
    object_writer& cents(std::string_view name, std::int64_t value) {
        return raw(name, atelier::sandbox::decimal(value));
    }
    object_writer& null(std::string_view name) { return raw(name, "null"); }
    [[nodiscard]] std::string finish() && { return out_.empty() ? "{}" : std::move(out_) + "}"; }

private:
    std::string out_;
};

} // namespace atelier::http::sandbox
