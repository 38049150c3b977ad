#include "persistence/pg/rows.hpp"

#include "persistence/pg/types.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace atelier::pg {

bool row::is_null(int column) const {
    return PQgetisnull(result_, number_, column) != 0;
}

std::string_view row::bytes(int column) const {
    return {PQgetvalue(result_, number_, column),
            static_cast<std::size_t>(PQgetlength(result_, number_, column))};
}

/// A signed big-endian integer of any width: int2, int4 and int8 columns read alike.
std::int64_t row::integer(int column) const {
    const auto all = bytes(column);
    if (all.empty())
        return 0;
    const bool negative = (static_cast<unsigned char>(all.front()) & 0x80U) != 0;
    auto value = negative ? ~std::uint64_t{0} : std::uint64_t{0};
    for (const char byte : all)
        value = value << 8U | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(value);
}

void row::get(int column, bool& to) const {
    to = integer(column) != 0;
}

void row::get(int column, std::int32_t& to) const {
    to = static_cast<std::int32_t>(integer(column));
}

void row::get(int column, std::int64_t& to) const {
    to = integer(column);
}

void row::get(int column, std::string& to) const {
    to = bytes(column);
}

void row::get(int column, instant& to) const {
    to = is_null(column) ? instant{} : epoch + microseconds{integer(column)};
}

std::size_t rows::size() const {
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

std::size_t rows::affected() const {
    const std::string_view text = result_ ? PQcmdTuples(result_.get()) : "";
    std::size_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

void rows::clear::operator()(pg_result* result) const {
    PQclear(result);
}

} // namespace atelier::pg
