#include "config/prompt_template.hpp"

#include "config/characters.hpp"

#include <algorithm>

namespace atelier {

namespace {

namespace pegtl = tao::pegtl;

struct opening_brace : pegtl::one<'{'> {};
struct closing_brace : pegtl::one<'}'> {};
struct plain_character
    : pegtl::sor<pegtl::seq<pegtl::not_at<pegtl::one<'{', '}'>>, config_grammar::printable_character>,
                 pegtl::one<'\t', '\r', '\n'>> {};
struct plain_text : pegtl::plus<plain_character> {};
struct escaped_opening : pegtl::two<'{'> {};
struct escaped_closing : pegtl::two<'}'> {};
struct placeholder_name : config_grammar::name {};
struct placeholder_end : pegtl::one<'}'> {};
struct placeholder : pegtl::seq<opening_brace, placeholder_name, placeholder_end> {};
struct something : pegtl::at<pegtl::any> {};
struct part : pegtl::sor<plain_text, escaped_opening, escaped_closing, placeholder> {};
struct no_lone_brace : pegtl::not_at<closing_brace> {};
struct text_end : pegtl::eof {};
struct whole : pegtl::seq<something, pegtl::star<part>, no_lone_brace, text_end> {};

/// What was expected where one of these rules, to which the grammar was committed, does not match.
template <class Rule>
inline constexpr const char* message = nullptr;
template <>
inline constexpr auto message<something> = "expected a text";
template <>
inline constexpr auto message<placeholder_name> = "expected {room_type}, {style}, or {{ for a brace";
template <>
inline constexpr auto message<placeholder_end> = "expected '}' after the placeholder's name";
template <>
inline constexpr auto message<no_lone_brace> = "expected }} for a brace";
template <>
inline constexpr auto message<text_end> = "expected a printable character in UTF-8";

struct errors {
    template <class Rule>
    static constexpr const char* message = atelier::message<Rule>;
};

template <class Rule>
using control = pegtl::must_if<errors, pegtl::normal, false>::control<Rule>;

void add_text(std::vector<prompt_part>& parts, std::string_view text) {
    if (parts.empty() || !std::holds_alternative<std::string>(parts.back())) {
        parts.emplace_back(std::string{});
    }
    std::get<std::string>(parts.back()) += text;
}

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <>
struct action<plain_text> {
    template <class Input>
    static void apply(const Input& in, std::vector<prompt_part>& parts) {
        add_text(parts, in.string_view());
    }
};

template <>
struct action<escaped_opening> {
    static void apply0(std::vector<prompt_part>& parts) { add_text(parts, "{"); }
};

template <>
struct action<escaped_closing> {
    static void apply0(std::vector<prompt_part>& parts) { add_text(parts, "}"); }
};

template <>
struct action<placeholder_name> {
    template <class Input>
    static void apply(const Input& in, std::vector<prompt_part>& parts) {
        if (in.string_view() == "room_type") {
            parts.emplace_back(prompt_placeholder::room_type);
        } else if (in.string_view() == "style") {
            parts.emplace_back(prompt_placeholder::style);
        } else {
            throw pegtl::parse_error(message<placeholder_name>, in);
        }
    }
};

std::string readable_room(std::string_view room_type) {
    std::string room{room_type.empty() ? "room" : room_type};
    std::ranges::replace(room, '_', ' ');
    return room;
}

} // namespace

std::string prompt_template::render(const prompt_values& values) const {
    std::string prompt;
    for (const auto& each : parts_) {
        if (const auto* text = std::get_if<std::string>(&each)) {
            prompt += *text;
        } else if (std::get<prompt_placeholder>(each) == prompt_placeholder::style) {
            prompt += values.style;
        } else {
            prompt += readable_room(values.room_type);
        }
    }
    return prompt;
}

std::variant<prompt_template, located_error> parse_prompt_template(std::string_view text) {
    std::vector<prompt_part> parts;
    try {
        pegtl::memory_input in{text, ""};
        pegtl::parse<whole, action, control>(in, parts);
    } catch (const pegtl::parse_error& error) {
        const auto& p = error.positions().front();
        const text_position at{p.byte, p.line, p.column};
        return located_error{"prompt template", at, std::string{error.message()}, excerpt(text, at)};
    }
    return prompt_template{std::move(parts)};
}

} // namespace atelier
