#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

/// How the queries of this folder turn rows into records: `read` makes a record of a row.
namespace atelier::queries {

template <class Read>
using record_of = decltype(std::declval<Read>()(std::declval<pg::row>()));

template <class Read>
[[nodiscard]] outcome<std::vector<record_of<Read>>> read_all(outcome<pg::rows> found, Read read) {
    if (!found)
        return std::move(found).error();
    std::vector<record_of<Read>> all;
    all.reserve(found->size());
    for (const auto row : *found)
        all.push_back(read(row));
    return all;
}

/// The first row, if there is one.
template <class Read>
[[nodiscard]] outcome<std::optional<record_of<Read>>> read_optional(outcome<pg::rows> found, Read read) {
    if (!found)
        return std::move(found).error();
    if (found->empty())
        return std::optional<record_of<Read>>{};
    return std::optional{read((*found)[0])};
}

/// The first row; `not_found` when there is none.
template <class Read>
[[nodiscard]] outcome<record_of<Read>> read_one(outcome<pg::rows> found, Read read) {
    if (!found)
        return std::move(found).error();
    if (found->empty())
        return errc::not_found;
    return read((*found)[0]);
}

/// A page from a query that was asked for one row more than `limit`.
template <class Read>
[[nodiscard]] outcome<page<record_of<Read>>> read_page(outcome<pg::rows> found, std::int32_t limit,
                                                       Read read) {
    auto all = read_all(std::move(found), std::move(read));
    if (!all)
        return std::move(all).error();
    page<record_of<Read>> result;
    result.data = *std::move(all);
    if (std::cmp_greater(result.data.size(), limit)) {
        result.data.pop_back();
        result.next = result.data.back().id.value;
    }
    return result;
}

/// transaction_id, payment_transaction_id and amount_cents of gateway_refunds.
[[nodiscard]] inline gateway_refund to_refund(const pg::row& row) {
    gateway_refund r;
    row.read(r.transaction_id, r.payment_transaction_id, r.amount_cents);
    return r;
}

/// Where a list that is read backwards begins: an empty key stands for the newest row.
template <class Tag>
[[nodiscard]] std::int64_t below(id<Tag> key) {
    return key ? key.value : std::numeric_limits<std::int64_t>::max();
}

[[nodiscard]] inline status as_status(const outcome<pg::rows>& result) {
    if (!result)
        return result.error();
    return done{};
}

[[nodiscard]] inline outcome<std::size_t> as_count(const outcome<pg::rows>& result) {
    if (!result)
        return result.error();
    return result->affected();
}

} // namespace atelier::queries
