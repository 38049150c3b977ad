#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "actors/domain/views.hpp"
#include "http/cursor.hpp"
#include "http/message.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What endpoints of resources share: keys in paths, pages of lists.
namespace atelier::http {

/// The `{id}` of the path. `not_found` unless it is a positive number written without leading zeros.
template <class Id>
[[nodiscard]] outcome<Id> path_id(const request& r) {
    const std::string_view text = r.path_parameters.front();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value <= 0 || text.front() == '0')
        return errc::not_found;
    return Id{value};
}

/// Which page of a list is asked for.
struct page_request {
    std::int64_t before = 0; ///< key of the last row of the page before; 0 = the first page
    std::int32_t limit = 20;
};

/// Reads `?limit=` (1 to 100, otherwise 20) and `?cursor=`, which is good with the same `filter` only.
/// `validation_failed` names the wrong one.
[[nodiscard]] outcome<page_request> read_page(const request& r, cursor_kind list,
                                              std::string_view filter = {});

/// A list on one page.
template <class Record, class View>
[[nodiscard]] response list_response(const std::vector<Record>& records, View view,
                                     std::string_view next_cursor = {}) {
    std::vector<std::string> items;
    items.reserve(records.size());
    for (const auto& record : records)
        items.push_back(view(record));
    return json_response(200, list_json(items, next_cursor));
}

/// The value of a Link header (RFC 8288) that leads to the page at `cursor` of the list that was asked for.
[[nodiscard]] std::string next_link(const request& r, std::string_view cursor);

/// A page of the list that was asked for.
template <class Record, class View>
[[nodiscard]] response page_response(const request& r, const page<Record>& page, View view, cursor_kind list,
                                     std::string_view filter = {}) {
    if (page.next == 0)
        return list_response(page.data, view);
    const auto cursor = encode_cursor(list, page.next, filter);
    auto answer = list_response(page.data, view, cursor);
    answer.with("Link", next_link(r, cursor));
    return answer;
}

} // namespace atelier::http
