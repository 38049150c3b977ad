#include "http/endpoints/lists.hpp"

#include "actors/domain/percent_escape.hpp"

namespace atelier::http {

outcome<page_request> read_page(const request& r, cursor_kind list, std::string_view filter) {
    constexpr std::int32_t limit_max = 100;
    page_request page;
    if (const auto limit = r.query_value("limit")) {
        const auto* end = limit->data() + limit->size();
        const auto [stop, error] = std::from_chars(limit->data(), end, page.limit);
        if (error != std::errc{} || stop != end || page.limit < 1 || page.limit > limit_max)
            return invalid_field("limit", "out_of_range", "must be a number between 1 and 100");
    }
    if (const auto cursor = r.query_value("cursor")) {
        const auto before = decode_cursor(list, *cursor, filter);
        if (!before)
            return before.error();
        page.before = *before;
    }
    return page;
}

std::string next_link(const request& r, std::string_view cursor) {
    constexpr std::string_view plain = "-._~";
    std::string link{"<"};
    link.append(r.path).append("?");
    for (const auto& [name, value] : r.query)
        if (name != "cursor")
            link += percent_escaped(name, plain) + '=' + percent_escaped(value, plain) + '&';
    return link.append("cursor=").append(cursor).append(">; rel=\"next\"");
}

} // namespace atelier::http
