#include "config/assign.hpp"

#include "config/printable.hpp"

#include <algorithm>

namespace atelier {

namespace {

constexpr std::size_t max_shown_text = 60;

std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

struct unit {
    std::int64_t factor;
    std::string_view name;
};

/// `count` in the largest of `units`, which come largest first, that divides it.
template <std::size_t N>
std::string in_units(std::int64_t count, const unit (&units)[N]) {
    const auto fits = [count](const unit& u) { return count != 0 && count % u.factor == 0; };
    const auto* found = std::ranges::find_if(units, fits);
    const auto& chosen = found == std::end(units) ? units[N - 1] : *found;
    return std::to_string(count / chosen.factor) + std::string{chosen.name};
}

std::string shown(byte_count size) {
    constexpr unit units[] = {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}};
    return in_units(size.bytes, units);
}

std::string shown(milliseconds time) {
    constexpr unit units[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}};
    return in_units(time.count(), units);
}

std::string kind_of(const config_value::variant& data) {
    static constexpr std::string_view kinds[] = {"a boolean", "an integer", "a size", "a duration",
                                                 "a text",    "env(...)",   "a list"};
    return std::string{kinds[data.index()]};
}

struct describe {
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return "the integer " + std::to_string(number); }
    std::string operator()(byte_count size) const { return "the size " + shown(size); }
    std::string operator()(milliseconds time) const { return "the duration " + shown(time); }
    std::string operator()(const std::string& text) const {
        const bool cut = text.size() > max_shown_text;
        return "the text " + in_quotes(printable(text.substr(0, max_shown_text))) + (cut ? "..." : "");
    }
    std::string operator()(const environment_reference& reference) const {
        return "env(" + reference.name + ")";
    }
    std::string operator()(const config_value::list& /*list*/) const { return "a list"; }
};

struct describe_rule {
    std::string operator()(const boolean_rule& /*rule*/) const { return "true or false"; }
    std::string operator()(const integer_rule& rule) const {
        return "an integer from " + std::to_string(rule.min) + " to " + std::to_string(rule.max);
    }
    std::string operator()(const size_rule& rule) const {
        return "a size from " + shown(rule.min) + " to " + shown(rule.max);
    }
    std::string operator()(const duration_rule& rule) const {
        return "a duration from " + shown(rule.min) + " to " + shown(rule.max);
    }
    std::string operator()(const choice_rule& rule) const {
        std::string text;
        for (const auto choice : rule.choices) {
            text += (text.empty() ? "" : choice == rule.choices.back() ? " or " : ", ") + in_quotes(choice);
        }
        return text;
    }
    std::string operator()(const text_rule& rule) const { return std::string{rule.expected}; }
};

/// Whether a value of this type and rule is right.
struct accepts {
    bool operator()(const boolean_rule& /*rule*/, bool /*value*/) const { return true; }
    bool operator()(const integer_rule& rule, std::int64_t n) const { return rule.min <= n && n <= rule.max; }
    bool operator()(const size_rule& rule, byte_count n) const {
        return rule.min.bytes <= n.bytes && n.bytes <= rule.max.bytes;
    }
    bool operator()(const duration_rule& rule, milliseconds n) const {
        return rule.min <= n && n <= rule.max;
    }
    bool operator()(const choice_rule& rule, const std::string& text) const {
        return std::ranges::find(rule.choices, text) != rule.choices.end();
    }
    bool operator()(const text_rule& rule, const std::string& text) const {
        return is_printable(text) && rule.accepts(text);
    }
    template <class Rule, class Value>
    bool operator()(const Rule& /*rule*/, const Value& /*value*/) const {
        return false;
    }
};

/// Puts a value that has been accepted into its field; its rule has seen to the type and the range.
struct store {
    void operator()(bool* to, bool from) const { *to = from; }
    template <class Integer>
    requires(!std::same_as<Integer, bool> && std::integral<Integer>) void
    operator()(Integer* to, std::int64_t from) const {
        *to = static_cast<Integer>(from);
    }
    void operator()(std::uint64_t* to, byte_count from) const {
        *to = static_cast<std::uint64_t>(from.bytes);
    }
    void operator()(milliseconds* to, milliseconds from) const { *to = from; }
    void operator()(std::string* to, const std::string& from) const { *to = from; }
    void operator()(std::filesystem::path* to, const std::string& from) const { *to = from; }
    template <class Field, class Value>
    void operator()(Field* /*to*/, const Value& /*from*/) const {}
};

std::string refusal(const setting& which, const config_value::variant& found) {
    return "expected " + expected(which.rule) + ", found " +
           (which.secret ? kind_of(found) : std::visit(describe{}, found));
}

struct show {
    bool is_size;
    std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
    template <std::integral Integer>
    std::string operator()(const Integer* value) const {
        return is_size ? shown(byte_count{static_cast<std::int64_t>(*value)}) : std::to_string(*value);
    }
    std::string operator()(const milliseconds* value) const { return shown(*value); }
    std::string operator()(const std::string* value) const { return in_quotes(*value); }
    std::string operator()(const std::filesystem::path* value) const { return in_quotes(value->string()); }
};

struct is_empty {
    template <class Value>
    bool operator()(const Value* value) const {
        if constexpr (requires { value->empty(); }) {
            return value->empty();
        }
        return false;
    }
};

} // namespace

std::optional<std::string> assign(settings& to, const setting& which, const config_value::variant& from) {
    if (!std::visit(accepts{}, which.rule, from)) {
        return refusal(which, from);
    }
    std::visit(store{}, which.field(to), from);
    return std::nullopt;
}

std::optional<std::string> assign_raw(settings& to, const setting& which, std::string_view from) {
    const bool textual =
        std::holds_alternative<text_rule>(which.rule) || std::holds_alternative<choice_rule>(which.rule);
    const auto scalar = textual ? std::nullopt : parse_scalar(from);
    return assign(to, which, scalar ? *scalar : config_value::variant{std::string{from}});
}

std::string expected(const setting_rule& rule) {
    return std::visit(describe_rule{}, rule);
}

std::string shown_value(const setting& which, const settings& of) {
    // `field` leads to writable members for the sake of `assign`; here they are only read.
    auto copy = of;
    const auto field = which.field(copy);
    if (which.secret) {
        return std::visit(is_empty{}, field) ? "(not set)" : "(set)";
    }
    return std::visit(show{std::holds_alternative<size_rule>(which.rule)}, field);
}

} // namespace atelier
