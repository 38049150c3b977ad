#include "http/endpoints/filters.hpp"

#include <algorithm>
#include <charconv>

namespace atelier::http {

bool is_room_type(std::string_view text) {
    constexpr std::size_t length_max = 40;
    return !text.empty() && text.size() <= length_max &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

failure invalid_room_type() {
    return invalid_field("room_type", "invalid", "must be 1 to 40 lower-case letters and underscores");
}

outcome<std::string> read_room_type(const request& r) {
    const auto room = r.query_value("room_type");
    if (!room)
        return std::string{};
    if (!is_room_type(*room))
        return invalid_room_type();
    return std::string{*room};
}

outcome<generation_filter> read_generation_filter(const request& r) {
    generation_filter filter;
    if (const auto wanted = r.query_value("status")) {
        filter.status = parse_generation_status(*wanted);
        if (!filter.status)
            return invalid_field("status", "invalid", "must be queued, running, succeeded or failed");
    }
    if (const auto style = r.query_value("style_id")) {
        const auto* const end = style->data() + style->size();
        const auto [stop, error] = std::from_chars(style->data(), end, filter.style.value);
        if (error != std::errc{} || stop != end || filter.style.value <= 0)
            return invalid_field("style_id", "invalid", "must be the id of a style");
    }
    auto room = read_room_type(r);
    if (!room)
        return room.error();
    filter.room_type = std::move(*room);
    return filter;
}

outcome<image_filter> read_image_filter(const request& r) {
    image_filter filter;
    if (const auto kind = r.query_value("kind")) {
        if (*kind != "input" && *kind != "output")
            return invalid_field("kind", "invalid", "must be input or output");
        filter.output = *kind == "output";
    }
    auto room = read_room_type(r);
    if (!room)
        return room.error();
    filter.room_type = std::move(*room);
    return filter;
}

} // namespace atelier::http
