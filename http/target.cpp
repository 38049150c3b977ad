#include "http/target.hpp"

#include "http/text.hpp"

#include <algorithm>

namespace atelier::http {
namespace {

constexpr std::size_t parameters_max = 100;

failure malformed(const char* detail) {
    return {errc::malformed_request, detail};
}

bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const auto segment = path.substr(0, path.find('/'));
        if (segment == "." || segment == "..")
            return true;
        path.remove_prefix(segment.size());
    }
    return false;
}

outcome<std::string> decode_path(std::string_view raw) {
    auto path = percent_decode(raw, false);
    if (!path)
        return malformed("the path holds an invalid escape");
    if (std::ranges::count(*path, '/') != std::ranges::count(raw, '/'))
        return malformed("the path holds an escaped slash");
    if (path->find('\\') != std::string::npos)
        return malformed("the path holds a backslash");
    if (std::ranges::any_of(*path, is_control))
        return malformed("the path holds a control byte");
    if (!is_utf8(*path))
        return malformed("the path is not UTF-8");
    if (has_dot_segment(*path))
        return malformed("the path holds a '.' or '..' segment");
    return std::move(*path);
}

outcome<std::string> decode_query_text(std::string_view raw) {
    auto text = percent_decode(raw, true);
    if (!text)
        return malformed("the query holds an invalid escape");
    if (text->find('\0') != std::string::npos || !is_utf8(*text))
        return malformed("the query is not UTF-8 text");
    return std::move(*text);
}

status decode_query(std::string_view raw, request_target& into) {
    while (!raw.empty()) {
        const auto pair = raw.substr(0, raw.find('&'));
        raw.remove_prefix(std::min(pair.size() + 1, raw.size()));
        if (pair.empty())
            continue;
        if (into.query.size() == parameters_max)
            return malformed("the query has too many parameters");
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decode_query_text(pair.substr(0, equals));
        if (!name)
            return name.error();
        auto value = decode_query_text(pair.substr(std::min(equals + 1, pair.size())));
        if (!value)
            return value.error();
        into.query.emplace_back(std::move(*name), std::move(*value));
    }
    return done{};
}

/// What follows scheme and authority; nothing if the target is not in absolute-form.
std::string_view after_authority(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme))
            continue;
        target.remove_prefix(scheme.size());
        const auto end = std::min(target.find_first_of("/?"), target.size());
        if (end == 0)
            return {};
        target.remove_prefix(end);
        return target.empty() ? "/" : target;
    }
    return {};
}

} // namespace

outcome<request_target> parse_target(std::string_view target) {
    request_target parsed;
    if (target == "*") {
        parsed.path = "*";
        return parsed;
    }
    if (!target.starts_with('/'))
        target = after_authority(target);
    if (target.empty())
        return malformed("the request target is neither a path nor an http URL");
    if (std::ranges::any_of(target, [](char c) { return c <= 0x20 || c == 0x7F || c == '#'; }))
        return malformed("the request target holds a byte that must be escaped");
    const auto path_end = std::min(target.find('?'), target.size());
    auto path = decode_path(path_end == 0 ? "/" : target.substr(0, path_end));
    if (!path)
        return path.error();
    parsed.path = std::move(*path);
    if (auto query = decode_query(target.substr(std::min(path_end + 1, target.size())), parsed); !query) {
        parsed.query.clear();
        parsed.query_failure = std::move(query.error());
    }
    return parsed;
}

} // namespace atelier::http
