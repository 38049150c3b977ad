#include "actors/domain/ruby_marshal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace atelier {
namespace {

namespace json = boost::json;

constexpr std::string_view version{"\x04\x08", 2};
constexpr int deepest = 8; ///< arrays and hashes within each other
/// Beyond these a Fixnum is written as a Bignum, so that 32-bit Rubies can read it.
constexpr std::int64_t fixnum_end = std::int64_t{1} << 30;

class reader {
public:
    explicit reader(std::string_view dump) : rest_{dump} {}

    std::optional<json::value> read() {
        if (!rest_.starts_with(version))
            return std::nullopt;
        rest_.remove_prefix(version.size());
        auto value = object(0);
        return rest_.empty() ? value : std::nullopt;
    }

private:
    using maybe = std::optional<json::value>;

    std::optional<char> byte() {
        if (rest_.empty())
            return std::nullopt;
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    /// Ruby's w_long: small numbers in one byte, others behind a count of bytes.
    std::optional<std::int64_t> number() {
        const auto first = byte();
        if (!first)
            return std::nullopt;
        const int bits = static_cast<unsigned char>(*first);
        const int c = bits < 128 ? bits : bits - 256;
        if (c == 0)
            return 0;
        if (c > 4)
            return c - 5;
        if (c < -4)
            return c + 5;
        const auto count = static_cast<std::size_t>(c < 0 ? -c : c);
        if (rest_.size() < count)
            return std::nullopt;
        std::uint64_t value = c < 0 ? std::numeric_limits<std::uint64_t>::max() : 0;
        for (std::size_t i = 0; i < count; ++i) {
            value &= ~(std::uint64_t{0xff} << (8 * i));
            value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
        }
        rest_.remove_prefix(count);
        return static_cast<std::int64_t>(value);
    }

    /// A count that the rest of the dump can hold, each being at least one byte.
    std::optional<std::size_t> count() {
        const auto value = number();
        if (!value || *value < 0 || static_cast<std::uint64_t>(*value) > rest_.size())
            return std::nullopt;
        return static_cast<std::size_t>(*value);
    }

    std::optional<std::string_view> bytes() {
        const auto size = count();
        if (!size)
            return std::nullopt;
        const auto text = rest_.substr(0, *size);
        rest_.remove_prefix(*size);
        return text;
    }

    maybe text_of(std::optional<std::string_view> text) {
        return text ? maybe{json::string(*text)} : std::nullopt;
    }

    /// Notes a finished object that later ones may link to.
    maybe noted(maybe value) {
        objects_.push_back(value);
        return value;
    }

    maybe object(int depth) { // NOLINT(misc-no-recursion): not much deeper than `deepest`
        switch (byte().value_or('?')) {
        case '0':
            return json::value(nullptr);
        case 'T':
            return json::value(true);
        case 'F':
            return json::value(false);
        case 'i': {
            const auto value = number();
            return value ? maybe{json::value(*value)} : std::nullopt;
        }
        case 'l':
            return noted(big_number());
        case '"':
            return noted(text_of(bytes()));
        case 'I':
            return with_variables(depth);
        case ':':
            return symbol();
        case ';':
            return linked(symbols_);
        case '@':
            return linked(objects_);
        case '[':
            return array(depth);
        case '{':
            return hash(depth);
        default:
            return std::nullopt;
        }
    }

    maybe symbol() {
        symbols_.push_back(text_of(bytes()));
        return symbols_.back();
    }

    maybe linked(const std::vector<maybe>& table) {
        const auto index = number();
        if (!index || *index < 0 || static_cast<std::uint64_t>(*index) >= table.size())
            return std::nullopt;
        return table[static_cast<std::size_t>(*index)];
    }

    maybe big_number() {
        const auto sign = byte();
        const auto words = number();
        if (!sign || !words || *words < 0 || *words > 4 ||
            rest_.size() < 2 * static_cast<std::size_t>(*words))
            return std::nullopt;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 2 * static_cast<std::size_t>(*words); ++i)
            value |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
        rest_.remove_prefix(2 * static_cast<std::size_t>(*words));
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return std::nullopt;
        const auto size = static_cast<std::int64_t>(value);
        return json::value(*sign == '-' ? -size : size);
    }

    /// An object and its instance variables; those of a string are its encoding, which is UTF-8.
    maybe with_variables(int depth) { // NOLINT(misc-no-recursion)
        if (depth > deepest + 1 || rest_.starts_with('I'))
            return std::nullopt;
        auto value = object(depth);
        const auto variables = value ? count() : std::nullopt;
        if (!variables)
            return std::nullopt;
        for (std::size_t i = 0; i < *variables; ++i)
            if (!object(depth + 1) || !object(depth + 1))
                return std::nullopt;
        return value;
    }

    maybe array(int depth) {     // NOLINT(misc-no-recursion)
        objects_.emplace_back(); // has its number, but nothing may link to it: that could grow without bound
        const auto size = count();
        if (!size || depth > deepest)
            return std::nullopt;
        json::array all;
        for (std::size_t i = 0; i < *size; ++i) {
            auto each = object(depth + 1);
            if (!each)
                return std::nullopt;
            all.push_back(std::move(*each));
        }
        return json::value(std::move(all));
    }

    maybe hash(int depth) { // NOLINT(misc-no-recursion)
        objects_.emplace_back();
        const auto size = count();
        if (!size || depth > deepest)
            return std::nullopt;
        json::object all;
        for (std::size_t i = 0; i < *size; ++i) {
            const auto key = object(depth + 1);
            auto value = key && key->is_string() ? object(depth + 1) : std::nullopt;
            if (!value)
                return std::nullopt;
            all[std::string_view{key->as_string()}] = std::move(*value);
        }
        return json::value(std::move(all));
    }

    std::string_view rest_;
    std::vector<maybe> symbols_;
    std::vector<maybe> objects_; ///< in the order in which they begin
};

class writer {
public:
    std::string write(const json::value& value) {
        dump_ = version;
        object(value);
        return std::move(dump_);
    }

private:
    void number(std::int64_t value) {
        if (value == 0) {
            dump_ += '\0';
        } else if (value > 0 && value < 123) {
            dump_ += static_cast<char>(value + 5);
        } else if (value < 0 && value > -124) {
            dump_ += static_cast<char>(value - 5);
        } else {
            std::string bytes;
            const std::int64_t end = value < 0 ? -1 : 0;
            for (auto left = value; left != end; left >>= 8)
                bytes += static_cast<char>(left & 0xff);
            const auto count = static_cast<int>(bytes.size());
            dump_ += static_cast<char>(value < 0 ? -count : count);
            dump_ += bytes;
        }
    }

    void integer(std::int64_t value) {
        if (value >= -fixnum_end && value < fixnum_end) {
            dump_ += 'i';
            number(value);
            return;
        }
        const auto negative = value < 0;
        auto left = negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
        std::string bytes;
        for (; left != 0; left >>= 8U)
            bytes += static_cast<char>(left & 0xffU);
        if (bytes.size() % 2 != 0)
            bytes += '\0';
        dump_ += 'l';
        dump_ += negative ? '-' : '+';
        number(static_cast<std::int64_t>(bytes.size() / 2));
        dump_ += bytes;
    }

    void text(std::string_view value) {
        number(static_cast<std::int64_t>(value.size()));
        dump_ += value;
    }

    void symbol(std::string_view name) {
        const auto found = std::ranges::find(symbols_, name);
        if (found != symbols_.end()) {
            dump_ += ';';
            number(found - symbols_.begin());
            return;
        }
        symbols_.emplace_back(name);
        dump_ += ':';
        text(name);
    }

    void string(std::string_view value) {
        dump_ += "I\"";
        text(value);
        number(1); // one instance variable: E is true, the encoding is UTF-8
        symbol("E");
        dump_ += 'T';
    }

    void object(const json::value& value) { // NOLINT(misc-no-recursion): as deep as our own messages
        if (value.is_bool()) {
            dump_ += value.as_bool() ? 'T' : 'F';
        } else if (value.is_int64()) {
            integer(value.as_int64());
        } else if (value.is_string()) {
            string(value.as_string());
        } else if (value.is_array()) {
            dump_ += '[';
            number(static_cast<std::int64_t>(value.as_array().size()));
            for (const auto& each : value.as_array())
                object(each);
        } else if (value.is_object()) {
            dump_ += '{';
            number(static_cast<std::int64_t>(value.as_object().size()));
            for (const auto& [key, each] : value.as_object()) {
                symbol(key);
                object(each);
            }
        } else {
            dump_ += '0';
        }
    }

    std::string dump_;
    std::vector<std::string> symbols_;
};

} // namespace

std::optional<boost::json::value> read_ruby_marshal(std::string_view dump) {
    return reader{dump}.read();
}

std::string write_ruby_marshal(const boost::json::value& value) {
    return writer{}.write(value);
}

} // namespace atelier
