#include "http/message.hpp"

#include <algorithm>
#include <system_error>

namespace atelier::http {
namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

const std::string* find(const fields& all, std::string_view name) {
    const auto found = std::ranges::find(all, name, &fields::value_type::first);
    return found == all.end() ? nullptr : &found->second;
}

} // namespace

std::string_view to_string(method m) {
    switch (m) {
    case method::get:
        return "GET";
    case method::head:
        return "HEAD";
    case method::post:
        return "POST";
    case method::put:
        return "PUT";
    case method::patch:
        return "PATCH";
    case method::delete_:
        return "DELETE";
    case method::options:
        return "OPTIONS";
    case method::other:
        break;
    }
    return "other";
}

temporary_file::~temporary_file() {
    if (path_.empty())
        return;
    std::error_code ignored; // it may be gone already, and there is nobody left to tell
    std::filesystem::remove(path_, ignored);
}

std::string_view request::header(std::string_view name) const {
    const auto* value = find(headers, name);
    return value == nullptr ? std::string_view{} : *value;
}

bool request::has_header(std::string_view name) const {
    return find(headers, name) != nullptr;
}

std::optional<std::string_view> request::query_value(std::string_view name) const {
    const auto* value = find(query, name);
    if (value == nullptr)
        return std::nullopt;
    return *value;
}

response json_response(unsigned status, std::string body) {
    return response{status, "application/json", std::move(body)};
}

} // namespace atelier::http
