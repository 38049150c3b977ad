#include "actors/gateways/json_fields.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <limits>

namespace atelier {
namespace {

namespace json = boost::json;

/// Boost.JSON's parser events, of which the scalars of the outermost object are kept. Keys, texts and numbers
/// may arrive in parts.
class collector {
public:
    constexpr static std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    constexpr static std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    constexpr static std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    constexpr static std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

    field_list fields;
    bool object = false; ///< the outermost value is one

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) {
        object = object || depth_ == 0;
        ++depth_;
        return true;
    }
    bool on_object_end(std::size_t, json::error_code&) { return leave(); }
    bool on_array_begin(json::error_code&) {
        ++depth_;
        return true;
    }
    bool on_array_end(std::size_t, json::error_code&) { return leave(); }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return append(key_, part); }
    bool on_key(json::string_view part, std::size_t, json::error_code&) { return append(key_, part); }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        return append(value_, part);
    }
    bool on_string(json::string_view part, std::size_t, json::error_code&) { return scalar(part); }
    bool on_number_part(json::string_view part, json::error_code&) { return append(value_, part); }
    bool on_int64(std::int64_t, json::string_view part, json::error_code&) { return scalar(part); }
    bool on_uint64(std::uint64_t, json::string_view part, json::error_code&) { return scalar(part); }
    bool on_double(double, json::string_view part, json::error_code&) { return scalar(part); }
    bool on_bool(bool value, json::error_code&) { return scalar(value ? "true" : "false"); }
    bool on_null(json::error_code&) { return scalar(""); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    static bool append(std::string& text, json::string_view part) {
        text.append(part.data(), part.size());
        return true;
    }

    bool leave() {
        --depth_;
        key_.clear(); // of the member that was nested
        return true;
    }

    bool scalar(json::string_view last_part) {
        append(value_, last_part);
        if (object && depth_ == 1)
            fields.emplace_back(std::move(key_), std::move(value_));
        key_.clear();
        value_.clear();
        return true;
    }

    std::size_t depth_ = 0;
    std::string key_;
    std::string value_;
};

} // namespace

outcome<field_list> json_fields(std::string_view text) {
    json::basic_parser<collector> parser{json::parse_options{}};
    json::error_code error;
    const auto read = parser.write_some(false, text.data(), text.size(), error);
    if (error)
        return failure{errc::malformed_json, error.message()};
    if (read != text.size())
        return failure{errc::malformed_json, "There is something after the JSON value."};
    if (!parser.handler().object)
        return failure{errc::malformed_json, "A JSON object was expected."};
    return std::move(parser.handler().fields);
}

} // namespace atelier
