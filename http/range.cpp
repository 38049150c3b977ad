#include "http/range.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace atelier::http {
namespace {

namespace pegtl = tao::pegtl;

// ranges-specifier of RFC 9110, 14.1.1, for the unit `bytes` and one range.
struct first : pegtl::plus<pegtl::digit> {};
struct last : pegtl::plus<pegtl::digit> {};
struct suffix : pegtl::plus<pegtl::digit> {};
struct from_to : pegtl::seq<first, pegtl::one<'-'>, pegtl::opt<last>> {};
struct from_end : pegtl::seq<pegtl::one<'-'>, suffix> {};
struct optional_space : pegtl::star<pegtl::blank> {};
struct range_header : pegtl::seq<pegtl::istring<'b', 'y', 't', 'e', 's'>, pegtl::one<'='>, optional_space,
                                 pegtl::sor<from_to, from_end>, optional_space, pegtl::eof> {};

struct parsed_range {
    std::optional<std::uint64_t> first;
    std::optional<std::uint64_t> last;
    std::optional<std::uint64_t> suffix;
};

/// Numbers past the end of every file are all alike.
std::uint64_t saturating_number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} ? value : std::numeric_limits<std::uint64_t>::max();
}

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <std::optional<std::uint64_t> parsed_range::*Member>
struct store_number {
    template <class Input>
    static void apply(const Input& in, parsed_range& into) {
        into.*Member = saturating_number(in.string_view());
    }
};

template <>
struct action<first> : store_number<&parsed_range::first> {};
template <>
struct action<last> : store_number<&parsed_range::last> {};
template <>
struct action<suffix> : store_number<&parsed_range::suffix> {};

/// The range within the file; nothing when it lies outside.
std::optional<byte_range> clip(const parsed_range& asked, std::uint64_t size) {
    if (asked.suffix) {
        const auto length = std::min(*asked.suffix, size);
        return length == 0 ? std::nullopt : std::optional{byte_range{size - length, length}};
    }
    if (*asked.first >= size)
        return std::nullopt;
    const auto end = std::min(asked.last.value_or(size - 1), size - 1);
    return byte_range{*asked.first, end - *asked.first + 1};
}

} // namespace

outcome<std::optional<byte_range>> parse_range(std::string_view header, std::uint64_t size) {
    parsed_range asked;
    pegtl::memory_input in{header.data(), header.size(), ""};
    if (!pegtl::parse<range_header, action>(in, asked))
        return std::optional<byte_range>{};
    if (asked.first && asked.last && *asked.first > *asked.last)
        return std::optional<byte_range>{}; // invalid, so that it is ignored (RFC 9110, 14.1.1)
    const auto part = clip(asked, size);
    if (!part)
        return failure{errc::range_not_satisfiable, "the file has " + std::to_string(size) + " bytes"};
    return part;
}

std::string content_range(const byte_range& part, std::uint64_t size) {
    return "bytes " + std::to_string(part.offset) + '-' + std::to_string(part.offset + part.length - 1) +
           '/' + std::to_string(size);
}

std::string unsatisfied_content_range(std::uint64_t size) {
    return "bytes */" + std::to_string(size);
}

} // namespace atelier::http
