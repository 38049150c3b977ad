#include "actors/gateways/json_text.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <limits>

namespace atelier {
namespace {

namespace json = boost::json;

/// Builds the tree from Boost.JSON's parser events. Keys, texts and numbers may arrive in parts.
class builder {
public:
    constexpr static std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    constexpr static std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
    constexpr static std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
    constexpr static std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

    json_text root;

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code&) { return open(json_text::kind::object); }
    bool on_object_end(std::size_t, json::error_code&) { return close(); }
    bool on_array_begin(json::error_code&) { return open(json_text::kind::array); }
    bool on_array_end(std::size_t, json::error_code&) { return close(); }
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

    /// The place of the value that begins. A tree's node stays where it is while something below it is open.
    json_text& next() {
        if (open_.empty())
            return root;
        auto& part = open_.back()->parts.emplace_back();
        part.name = std::move(key_);
        key_.clear();
        return part;
    }

    bool open(json_text::kind what) {
        auto& node = next();
        node.what = what;
        open_.push_back(&node);
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    bool scalar(json::string_view last_part) {
        append(value_, last_part);
        next().value = std::move(value_);
        value_.clear();
        return true;
    }

    std::vector<json_text*> open_;
    std::string key_;
    std::string value_;
};

} // namespace

const json_text* json_text::find(std::string_view member) const {
    if (what != kind::object)
        return nullptr;
    const auto found = std::ranges::find(parts, member, &json_text::name);
    return found == parts.end() ? nullptr : &*found;
}

outcome<json_text> parse_json_text(std::string_view text) {
    json::basic_parser<builder> parser{json::parse_options{}};
    json::error_code error;
    const auto read = parser.write_some(false, text.data(), text.size(), error);
    if (error)
        return failure{errc::malformed_json, error.message()};
    if (read != text.size())
        return failure{errc::malformed_json, "There is something after the JSON value."};
    return std::move(parser.handler().root);
}

} // namespace atelier
