#include "http/prefer.hpp"

#include "http/text.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace atelier::http {
namespace {

namespace pegtl = tao::pegtl;

constexpr std::chrono::seconds wait_max = std::chrono::hours{24 * 365};

// RFC 7240, 2, with token, quoted-string and lists of RFC 9110, 5.6.
struct token_char
    : pegtl::sor<pegtl::alnum,
                 pegtl::one<'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'>> {};
struct space : pegtl::star<pegtl::blank> {};
struct equals : pegtl::seq<space, pegtl::one<'='>, space> {};
struct escaped : pegtl::print {};
struct plain : pegtl::not_one<'"', '\\'> {};
struct quoted
    : pegtl::seq<pegtl::one<'"'>, pegtl::star<pegtl::sor<pegtl::seq<pegtl::one<'\\'>, escaped>, plain>>,
                 pegtl::one<'"'>> {};
struct name : pegtl::plus<token_char> {};
struct bare_value : pegtl::plus<token_char> {};
struct quoted_value : quoted {};
struct parameter
    : pegtl::seq<pegtl::plus<token_char>, pegtl::opt<equals, pegtl::sor<pegtl::plus<token_char>, quoted>>> {};
struct preference : pegtl::seq<name, pegtl::opt<equals, pegtl::sor<bare_value, quoted_value>>,
                               pegtl::star<space, pegtl::one<';'>, space, pegtl::opt<parameter>>> {};
struct header_value
    : pegtl::seq<space, pegtl::opt<preference>,
                 pegtl::star<space, pegtl::one<','>, space, pegtl::opt<preference>>, space, pegtl::eof> {};

struct parsed_preference {
    std::string name;
    std::string value;
};

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <>
struct action<name> {
    template <class Input>
    static void apply(const Input& in, std::vector<parsed_preference>& all) {
        all.push_back({to_lower(in.string_view()), {}});
    }
};

template <>
struct action<bare_value> {
    template <class Input>
    static void apply(const Input& in, std::vector<parsed_preference>& all) {
        all.back().value = in.string();
    }
};

/// With its quotes; what is escaped in it is no number.
template <>
struct action<quoted_value> {
    template <class Input>
    static void apply(const Input& in, std::vector<parsed_preference>& all) {
        const auto text = in.string_view();
        all.back().value = text.substr(1, text.size() - 2);
    }
};

} // namespace

std::optional<std::chrono::seconds> preferred_wait(std::string_view header) {
    std::vector<parsed_preference> all;
    pegtl::memory_input in{header.data(), header.size(), ""};
    if (!pegtl::parse<header_value, action>(in, all))
        return std::nullopt;
    const auto wait = std::ranges::find(all, "wait", &parsed_preference::name);
    if (wait == all.end())
        return std::nullopt;
    const auto& digits = wait->value;
    if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (error != std::errc{})
        return wait_max;
    return seconds == 0 ? std::nullopt : std::optional{std::min(std::chrono::seconds{seconds}, wait_max)};
}

} // namespace atelier::http
