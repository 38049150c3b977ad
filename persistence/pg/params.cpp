#include "persistence/pg/params.hpp"

namespace atelier::pg {
namespace {

constexpr std::size_t int_width = 4;
constexpr std::uint64_t null_length = 0xFFFF'FFFF;

unsigned array_of(unsigned element_type) {
    switch (element_type) {
    case bool_oid:
        return bool_array_oid;
    case bytea_oid:
        return bytea_array_oid;
    case int4_oid:
        return int4_array_oid;
    case int8_oid:
        return int8_array_oid;
    case timestamp_oid:
        return timestamp_array_oid;
    default:
        return text_array_oid;
    }
}

std::uint64_t encode(instant value) {
    return static_cast<std::uint64_t>((value - epoch).count());
}

} // namespace

void params::add(bool value) {
    begin(bool_oid);
    append_int(value ? 1 : 0, 1);
    end();
}

void params::add(std::int32_t value) {
    begin(int4_oid);
    append_int(static_cast<std::uint32_t>(value), int_width);
    end();
}

void params::add(std::int64_t value) {
    begin(int8_oid);
    append_int(static_cast<std::uint64_t>(value), 8);
    end();
}

void params::add(std::string_view value) {
    begin(text_oid);
    buffer_.append(value);
    end();
}

void params::add(binary value) {
    begin(bytea_oid);
    buffer_.append(value.bytes);
    end();
}

void params::add(instant value) {
    begin(timestamp_oid);
    append_int(encode(value), 8);
    end();
}

void params::clear() {
    buffer_.clear();
    slots_.clear();
}

params::arrays params::view() const {
    arrays all;
    for (const auto& s : slots_) {
        all.types.push_back(s.type);
        all.values.push_back(s.null ? nullptr : buffer_.data() + s.offset);
        all.lengths.push_back(static_cast<int>(s.length));
        all.formats.push_back(1);
    }
    return all;
}

unsigned params::element_oid(const bool* /*type*/) {
    return bool_oid;
}
unsigned params::element_oid(const std::int32_t* /*type*/) {
    return int4_oid;
}
unsigned params::element_oid(const std::int64_t* /*type*/) {
    return int8_oid;
}
unsigned params::element_oid(const std::string_view* /*type*/) {
    return text_oid;
}
unsigned params::element_oid(const std::string* /*type*/) {
    return text_oid;
}
unsigned params::element_oid(const binary* /*type*/) {
    return bytea_oid;
}
unsigned params::element_oid(const instant* /*type*/) {
    return timestamp_oid;
}

void params::element(bool value) {
    append_int(1, int_width);
    append_int(value ? 1 : 0, 1);
}

void params::element(std::int32_t value) {
    append_int(4, int_width);
    append_int(static_cast<std::uint32_t>(value), 4);
}

void params::element(std::int64_t value) {
    append_int(8, int_width);
    append_int(static_cast<std::uint64_t>(value), 8);
}

void params::element(std::string_view value) {
    append_int(value.size(), int_width);
    buffer_.append(value);
}

void params::element(instant value) {
    append_int(8, int_width);
    append_int(encode(value), 8);
}

void params::null_element() {
    append_int(null_length, int_width);
    // The array's "has nulls" flag is the second word of its header.
    buffer_[slots_.back().offset + 2 * int_width - 1] = 1;
}

void params::begin(unsigned type) {
    slots_.push_back({type, buffer_.size(), 0, false});
}

void params::end() {
    slots_.back().length = buffer_.size() - slots_.back().offset;
}

void params::begin_array(unsigned element_type, std::size_t count) {
    begin(array_of(element_type));
    append_int(count == 0 ? 0 : 1, int_width); // dimensions
    append_int(0, int_width);                  // has nulls
    append_int(element_type, int_width);
    if (count == 0)
        return;
    append_int(count, int_width);
    append_int(1, int_width); // lower bound
}

void params::append_int(std::uint64_t value, std::size_t width) {
    for (auto shift = width; shift > 0; --shift)
        buffer_.push_back(static_cast<char>(value >> (8 * (shift - 1)) & 0xFFU));
}

} // namespace atelier::pg
