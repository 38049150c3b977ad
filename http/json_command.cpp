#include "http/json_command.hpp"

#include "http/media_type.hpp"

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace atelier::http {
namespace json = boost::json;

/// Collects the members of the outermost object while the text is parsed. Our own, because the library's
/// `parse` lets the last of several members of one name win.
class json_command::handler {
public:
    static constexpr std::size_t max_object_size = 64;
    static constexpr std::size_t max_array_size = 4096;
    static constexpr std::size_t max_key_size = 64;
    static constexpr std::size_t max_string_size = 64 * 1024;

    std::vector<member> members;
    std::string_view complaint; ///< why parsing was stopped here

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_object_begin(json::error_code& ec) { return open(ec, depth_ == 0 || store(unusable{})); }
    bool on_object_end(std::size_t, json::error_code&) { return close(); }
    bool on_array_begin(json::error_code& ec) { return open(ec, depth_ > 0 && store(texts{})); }
    bool on_array_end(std::size_t, json::error_code&) { return close(); }
    bool on_key_part(json::string_view s, std::size_t, json::error_code&) { return append(s); }
    bool on_key(json::string_view s, std::size_t, json::error_code& ec) {
        append(s);
        auto name = std::exchange(text_, {});
        if (depth_ > 1)
            return true;
        if (std::ranges::find(members, name, &member::name) != members.end())
            return stop(ec, "a name occurs twice");
        members.push_back({std::move(name), nullptr});
        return true;
    }
    bool on_string_part(json::string_view s, std::size_t, json::error_code&) { return append(s); }
    bool on_string(json::string_view s, std::size_t, json::error_code& ec) {
        append(s);
        return take(ec, std::exchange(text_, {}));
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t i, json::string_view, json::error_code& ec) { return take(ec, i); }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code& ec) { return take(ec, unusable{}); }
    bool on_double(double, json::string_view, json::error_code& ec) { return take(ec, unusable{}); }
    bool on_bool(bool b, json::error_code& ec) { return take(ec, b); }
    bool on_null(json::error_code& ec) { return take(ec, nullptr); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

private:
    bool stop(json::error_code& ec, std::string_view why) {
        complaint = why;
        ec = json::error::syntax;
        return false;
    }
    bool append(json::string_view s) {
        text_.append(s.data(), s.size());
        return true;
    }
    /// Keeps the value of a member of the outermost object, or of an array that is one; false if there is no
    /// object around it.
    bool store(value v) {
        if (depth_ == 1)
            members.back().content = std::move(v);
        else if (auto* list = depth_ == 2 ? std::get_if<texts>(&members.back().content) : nullptr) {
            if (auto* text = std::get_if<std::string>(&v))
                list->push_back(std::move(*text));
            else
                members.back().content = unusable{};
        }
        return depth_ > 0;
    }
    bool take(json::error_code& ec, value v) {
        return store(std::move(v)) || stop(ec, "the body must be a JSON object");
    }
    bool open(json::error_code& ec, bool allowed) {
        ++depth_;
        return allowed || stop(ec, "the body must be a JSON object");
    }
    bool close() {
        --depth_;
        return true;
    }

    std::string text_; ///< of the string being parsed
    std::size_t depth_ = 0;
};

outcome<json_command> json_command::read(const request& r) {
    if (media_type(r.header("content-type")) != "application/json")
        return failure{errc::unsupported_media_type, "the Content-Type must be application/json"};
    json::parse_options options;
    options.max_depth = 8;
    json::basic_parser<handler> parser{options};
    json::error_code ec;
    const auto parsed = parser.write_some(false, r.body.data(), r.body.size(), ec);
    if (!ec && parsed < r.body.size())
        ec = json::error::extra_data;
    if (ec) {
        const auto complaint = parser.handler().complaint;
        return failure{errc::malformed_json, (complaint.empty() ? ec.message() : std::string{complaint}) +
                                                 ", at byte " + std::to_string(parsed)};
    }
    json_command command;
    command.members_ = std::move(parser.handler().members);
    return command;
}

const json_command::value* json_command::take(std::string_view name) {
    const auto found = std::ranges::find(members_, name, &member::name);
    if (found == members_.end())
        return nullptr;
    found->known = true;
    return std::holds_alternative<std::nullptr_t>(found->content) ? nullptr : &found->content;
}

void json_command::refuse(std::string_view name, std::string code, std::string detail) {
    errors_.push_back({std::string{name}, std::move(code), std::move(detail)});
}

std::string json_command::text(std::string_view name, std::size_t bytes_max) {
    const auto errors_before = errors_.size();
    auto text = optional_text(name, bytes_max);
    if (!text && errors_.size() == errors_before)
        refuse(name, "required", "is required");
    return std::move(text).value_or("");
}

std::optional<std::string> json_command::optional_text(std::string_view name, std::size_t bytes_max) {
    const auto* content = take(name);
    if (content == nullptr)
        return std::nullopt;
    const auto* text = std::get_if<std::string>(content);
    if (text == nullptr)
        refuse(name, "wrong_type", "must be a string");
    else if (text->empty())
        refuse(name, "required", "must not be empty");
    else if (text->size() > bytes_max)
        refuse(name, "too_long", "must not be longer than " + std::to_string(bytes_max) + " bytes");
    else if (text->find('\0') != std::string::npos)
        refuse(name, "invalid", "must not contain NUL");
    else
        return *text;
    return std::nullopt;
}

std::optional<std::vector<std::string>> json_command::optional_texts(std::string_view name,
                                                                     std::size_t count_max) {
    const auto* content = take(name);
    if (content == nullptr)
        return std::nullopt;
    const auto* list = std::get_if<texts>(content);
    if (list == nullptr) {
        refuse(name, "wrong_type", "must be an array of strings");
        return std::nullopt;
    }
    auto sorted = *list;
    std::ranges::sort(sorted);
    if (list->size() > count_max)
        refuse(name, "too_long", "must not have more than " + std::to_string(count_max) + " elements");
    else if (std::ranges::adjacent_find(sorted) != sorted.end())
        refuse(name, "invalid", "must not have the same element twice");
    else
        return *list;
    return std::nullopt;
}

std::int64_t json_command::integer(std::string_view name, std::int64_t min, std::int64_t max) {
    const auto errors_before = errors_.size();
    const auto number = optional_integer(name, min, max);
    if (!number && errors_.size() == errors_before)
        refuse(name, "required", "is required");
    return number.value_or(0);
}

std::optional<std::int64_t> json_command::optional_integer(std::string_view name, std::int64_t min,
                                                           std::int64_t max) {
    const auto* content = take(name);
    if (content == nullptr)
        return std::nullopt;
    const auto* number = std::get_if<std::int64_t>(content);
    if (number == nullptr)
        refuse(name, "wrong_type", "must be a whole number of 64 bits, without fraction and exponent");
    else if (*number < min || *number > max)
        refuse(name, "out_of_range",
               "must be between " + std::to_string(min) + " and " + std::to_string(max));
    else
        return *number;
    return std::nullopt;
}

bool json_command::boolean(std::string_view name, bool otherwise) {
    return optional_boolean(name).value_or(otherwise);
}

std::optional<bool> json_command::optional_boolean(std::string_view name) {
    const auto* content = take(name);
    if (content == nullptr)
        return std::nullopt;
    const auto* truth = std::get_if<bool>(content);
    if (truth == nullptr) {
        refuse(name, "wrong_type", "must be true or false");
        return std::nullopt;
    }
    return *truth;
}

status json_command::finish() {
    for (const auto& m : members_)
        if (!m.known)
            refuse(m.name, "unknown", "is not a member of this command");
    if (errors_.empty())
        return done{};
    failure why{errc::validation_failed, errors_.front().field + ": " + errors_.front().detail};
    why.fields = std::move(errors_);
    return why;
}

std::string json_command::canonical() const {
    auto sorted = members_;
    std::ranges::sort(sorted, {}, &member::name);
    json::object object;
    for (const auto& m : sorted) {
        if (const auto* b = std::get_if<bool>(&m.content))
            object[m.name] = *b;
        else if (const auto* i = std::get_if<std::int64_t>(&m.content))
            object[m.name] = *i;
        else if (const auto* s = std::get_if<std::string>(&m.content))
            object[m.name] = *s;
        else if (const auto* list = std::get_if<texts>(&m.content))
            object[m.name] = json::array(list->begin(), list->end());
    }
    return json::serialize(object);
}

} // namespace atelier::http
