#include "config/document.hpp"

#include "config/grammar.hpp"
#include "config/table.hpp"

namespace atelier {

namespace {

namespace grammar = config_grammar;
namespace pegtl = tao::pegtl;

/// Why a rule that the grammar came to must match.
template <class Rule>
inline constexpr const char* message = nullptr;
template <>
inline constexpr auto message<grammar::unit> = "expected a whole number, alone or with a unit: ms, s, m, h, "
                                               "d, B, KiB, MiB or GiB; a text stands in quotes";
template <>
inline constexpr auto message<grammar::escaped_character> = R"(expected one of " \ n t after the backslash)";
template <>
inline constexpr auto message<grammar::text_goes_on> =
    "expected '\"' at the end of the text, in the same line";
template <>
inline constexpr auto message<grammar::text_end> = "expected a printable character in UTF-8";
template <>
inline constexpr auto message<grammar::variable> = "expected the name of an environment variable in quotes";
template <>
inline constexpr auto message<grammar::fallback> =
    "expected a text in quotes, for when the variable is not set";
template <>
inline constexpr auto message<grammar::call_end> = "expected ')'";
template <>
inline constexpr auto message<grammar::list_end> = "expected a value, ',' or ']' in the list";
template <>
inline constexpr auto message<grammar::value> =
    R"(expected a value: "text", 8080, 10s, 16KiB, true, false, env("NAME") or [a list])";
template <>
inline constexpr auto message<grammar::line_end> = "expected the end of the line after the value";
template <>
inline constexpr auto message<grammar::assignment_or_block> = "expected '=' or '{' after the name";
template <>
inline constexpr auto message<grammar::block_end> = "expected the name of a setting or '}'";
template <>
inline constexpr auto message<grammar::file_end> = "expected the name of a setting";

struct errors {
    template <class Rule>
    static constexpr const char* message = atelier::message<Rule>;
};

template <class Rule>
using control = pegtl::must_if<errors, pegtl::normal, false>::control<Rule>;

template <class Position>
text_position to_text_position(const Position& p) {
    return {.offset = p.byte, .line = p.line, .column = p.column};
}

struct open_block {
    config_block block;
    std::size_t assignments_before;
};

/// What has been read so far.
struct builder {
    config_document result;
    std::vector<open_block> open_blocks;
    std::string name; ///< last name read, without its blocks
    text_position name_at;
    std::int64_t number = 0;
    std::string text;
    environment_reference reference;
    text_position value_at;
    text_position element_at;
    config_value::variant data; ///< last value or element read
    config_value::list elements;
    bool in_value = false;

    [[nodiscard]] std::string qualified_name() const {
        return open_blocks.empty() ? name : open_blocks.back().block.name + '.' + name;
    }
};

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <>
struct action<grammar::full_name> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        b.name = in.string();
        b.name_at = to_text_position(in.position());
    }
};

template <>
struct action<grammar::value_begin> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        b.value_at = to_text_position(in.position());
        b.in_value = true;
    }
};

template <>
struct action<grammar::element_begin> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        b.element_at = to_text_position(in.position());
    }
};

template <bool Truth>
struct boolean_action {
    static void apply0(builder& b) { b.data = Truth; }
};
template <>
struct action<grammar::true_value> : boolean_action<true> {};
template <>
struct action<grammar::false_value> : boolean_action<false> {};

template <>
struct action<grammar::whole_number> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        auto digits = in.string_view();
        const bool negative = digits.starts_with('-');
        digits.remove_prefix(negative ? 1 : 0);
        b.number = 0;
        for (const char c : digits) {
            if (c != '_' && (__builtin_mul_overflow(b.number, 10, &b.number) ||
                             __builtin_add_overflow(b.number, c - '0', &b.number))) {
                throw pegtl::parse_error("the number is too large", in);
            }
        }
        b.number = negative ? -b.number : b.number;
    }
};

struct named_unit {
    std::string_view name;
    std::int64_t factor;
};
constexpr named_unit duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr named_unit size_units[] = {{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

/// `count` times the unit that has just been read.
template <class Input, std::size_t N>
std::int64_t in_base_units(const Input& in, std::int64_t count, const named_unit (&units)[N]) {
    for (const auto& unit : units) {
        if (unit.name == in.string_view()) {
            if (__builtin_mul_overflow(count, unit.factor, &count)) {
                throw pegtl::parse_error("the number is too large for its unit", in);
            }
            return count;
        }
    }
    throw pegtl::parse_error("unknown unit", in);
}

template <>
struct action<grammar::duration> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        b.data = std::chrono::milliseconds{in_base_units(in, b.number, duration_units)};
    }
};

template <>
struct action<grammar::size> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        b.data = byte_count{in_base_units(in, b.number, size_units)};
    }
};

template <>
struct action<grammar::integer> {
    static void apply0(builder& b) { b.data = b.number; }
};

template <>
struct action<grammar::text_begin> {
    static void apply0(builder& b) { b.text.clear(); }
};

template <>
struct action<grammar::plain_character> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        b.text += in.string_view();
    }
};

template <>
struct action<grammar::escaped_character> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        const char c = *in.begin();
        b.text += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
};

template <>
struct action<grammar::text> {
    static void apply0(builder& b) { b.data = b.text; }
};

template <>
struct action<grammar::variable_name> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        b.reference = {.name = in.string(), .fallback = std::nullopt};
    }
};

template <>
struct action<grammar::fallback> {
    static void apply0(builder& b) { b.reference.fallback = b.text; }
};

template <>
struct action<grammar::call> {
    static void apply0(builder& b) { b.data = b.reference; }
};

template <>
struct action<grammar::list_begin> {
    static void apply0(builder& b) { b.elements.clear(); }
};

template <>
struct action<grammar::element> {
    static void apply0(builder& b) { b.elements.push_back({b.element_at, std::move(b.data)}); }
};

template <>
struct action<grammar::list_value> {
    static void apply0(builder& b) { b.data = std::move(b.elements); }
};

template <>
struct action<grammar::assignment> {
    static void apply0(builder& b) {
        b.result.assignments.push_back({b.qualified_name(), b.name_at, {b.value_at, std::move(b.data)}});
        b.in_value = false;
    }
};

template <>
struct action<grammar::block_begin> {
    template <class Input>
    static void apply(const Input& in, builder& b) {
        if (b.open_blocks.size() == max_block_depth) {
            throw pegtl::parse_error("blocks are nested too deeply", in);
        }
        b.open_blocks.push_back({{b.qualified_name(), b.name_at}, b.result.assignments.size()});
    }
};

template <>
struct action<grammar::block_end> {
    static void apply0(builder& b) {
        auto& closed = b.open_blocks.back();
        if (closed.assignments_before == b.result.assignments.size()) {
            b.result.empty_blocks.push_back(std::move(closed.block));
        }
        b.open_blocks.pop_back();
    }
};

/// From where on the line with an error is left out: the value that the error is in may be a secret's, even
/// if the line does not say so, because it began in an earlier line or its name is misspelt.
std::optional<std::size_t> hidden_from(const builder& read, const text_position& error_at) {
    const auto* owner = read.in_value ? nearest_setting(read.qualified_name()) : nullptr;
    if (owner == nullptr || !owner->secret) {
        return std::nullopt;
    }
    return error_at.line == read.value_at.line ? read.value_at.column - 1 : 0;
}

located_error syntax_error(std::string_view text, std::string_view source, const pegtl::parse_error& error,
                           const builder& read) {
    const auto at = to_text_position(error.positions().front());
    std::string why{error.message()};
    if (why == message<grammar::block_end>) {
        why += ", which ends the block of line " + std::to_string(read.open_blocks.back().block.at.line);
    }
    return {std::string{source}, at, std::move(why), config_excerpt(text, at, hidden_from(read, at))};
}

} // namespace

config_document parse_text(std::string_view text, std::string_view source) {
    builder read;
    try {
        pegtl::memory_input in{text, ""};
        pegtl::parse<grammar::file, action, control>(in, read);
    } catch (const pegtl::parse_error& error) {
        read.result.error = syntax_error(text, source, error, read);
    }
    return std::move(read.result);
}

std::optional<config_value::variant> parse_scalar(std::string_view text) {
    builder read;
    try {
        pegtl::memory_input in{text, ""};
        if (!pegtl::parse<grammar::lone_scalar, action, control>(in, read)) {
            return std::nullopt;
        }
    } catch (const pegtl::parse_error&) {
        return std::nullopt;
    }
    return std::move(read.data);
}

std::string config_excerpt(std::string_view text, const text_position& at,
                           std::optional<std::size_t> hidden_from) {
    const auto secret = secret_begin(line_around(text, at.offset));
    if (secret && (!hidden_from || *secret < *hidden_from)) {
        hidden_from = secret;
    }
    return excerpt(text, at, hidden_from);
}

} // namespace atelier
