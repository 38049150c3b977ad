#include "http/multipart.hpp"
#include "http/text.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace atelier::http {
namespace {

namespace pegtl = tao::pegtl;

// -- parameters, as in Content-Type and Content-Disposition
// ------------------------------------------------------

struct space : pegtl::star<pegtl::blank> {};
struct token_char
    : pegtl::sor<pegtl::alnum,
                 pegtl::one<'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'>> {};
struct parameter_name : pegtl::plus<token_char> {};
// Wider than a token: boundaries are sent without quotes that would need them.
struct bare_char : pegtl::sor<token_char, pegtl::one<'(', ')', ',', '/', ':', '=', '?', '@'>> {};
// Only '"' and '\' are escaped by a backslash: some clients send whole paths of Windows.
struct escaped_char : pegtl::one<'"', '\\'> {};
struct quoted_char : pegtl::not_one<'"', '\r', '\n', '\0'> {};
struct quoted : pegtl::seq<pegtl::one<'"'>,
                           pegtl::star<pegtl::sor<pegtl::seq<pegtl::one<'\\'>, escaped_char>, quoted_char>>,
                           pegtl::one<'"'>> {};
struct parameter : pegtl::seq<parameter_name, pegtl::one<'='>, pegtl::sor<quoted, pegtl::plus<bare_char>>> {};
struct parameters : pegtl::star<space, pegtl::one<';'>, space, pegtl::opt<parameter>> {};

// -- Content-Type of the request
// ---------------------------------------------------------------------------------

struct form_data_type : pegtl::istring<'m', 'u', 'l', 't', 'i', 'p', 'a', 'r', 't', '/', 'f', 'o', 'r', 'm',
                                       '-', 'd', 'a', 't', 'a'> {};
struct form_data_header : pegtl::seq<form_data_type, parameters, space, pegtl::eof> {};

// -- header lines of a part
// --------------------------------------------------------------------------------------

struct line_end : pegtl::string<'\r', '\n'> {};
struct text_char : pegtl::sor<pegtl::one<'\t'>, pegtl::not_range<'\0', '\x1F'>> {};
struct disposition_name : pegtl::seq<pegtl::istring<'C', 'o', 'n', 't', 'e', 'n', 't', '-', 'D', 'i', 's',
                                                    'p', 'o', 's', 'i', 't', 'i', 'o', 'n'>,
                                     pegtl::one<':'>> {};
struct type_name : pegtl::seq<pegtl::istring<'C', 'o', 'n', 't', 'e', 'n', 't', '-', 'T', 'y', 'p', 'e'>,
                              pegtl::one<':'>> {};
struct type_value : pegtl::star<text_char> {};
struct form_data : pegtl::istring<'f', 'o', 'r', 'm', '-', 'd', 'a', 't', 'a'> {};
struct disposition_line : pegtl::seq<disposition_name, space, form_data, parameters, space, line_end> {};
struct type_line : pegtl::seq<type_name, type_value, line_end> {};
struct other_line : pegtl::seq<pegtl::not_at<disposition_name>, pegtl::plus<token_char>, pegtl::one<':'>,
                               pegtl::star<text_char>, line_end> {};
struct header_lines
    : pegtl::seq<pegtl::star<pegtl::sor<disposition_line, type_line, other_line>>, pegtl::eof> {};

// -- ext-value of RFC 8187, 3.2.1, in UTF-8
// ----------------------------------------------------------------------

struct language : pegtl::star<pegtl::sor<pegtl::alnum, pegtl::one<'-'>>> {};
struct extended_text
    : pegtl::star<pegtl::sor<pegtl::seq<pegtl::one<'%'>, pegtl::xdigit, pegtl::xdigit>,
                             pegtl::seq<pegtl::not_at<pegtl::one<'%', '\'', '*'>>, token_char>>> {};
struct extended_value : pegtl::seq<pegtl::istring<'U', 'T', 'F', '-', '8'>, pegtl::one<'\''>, language,
                                   pegtl::one<'\''>, extended_text, pegtl::eof> {};

// -- what the grammars collect
// -----------------------------------------------------------------------------------

struct collected {
    std::vector<std::pair<std::string, std::string>> parameters; ///< names in lower case
    std::size_t dispositions = 0;
    std::string type;
    std::string extended;

    [[nodiscard]] const std::string* find(std::string_view name) const {
        const auto found = std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
        return found == parameters.end() ? nullptr : &found->second;
    }
    [[nodiscard]] bool repeats(std::string_view name) const {
        return std::ranges::count(parameters, name, &std::pair<std::string, std::string>::first) > 1;
    }
};

template <class Rule>
struct action : pegtl::nothing<Rule> {};

struct append_char {
    template <class Input>
    static void apply(const Input& in, collected& into) {
        into.parameters.back().second.push_back(*in.begin());
    }
};
template <>
struct action<bare_char> : append_char {};
template <>
struct action<escaped_char> : append_char {};
template <>
struct action<quoted_char> : append_char {};

template <>
struct action<parameter_name> {
    template <class Input>
    static void apply(const Input& in, collected& into) {
        into.parameters.emplace_back(to_lower(in.string_view()), std::string{});
    }
};
template <>
struct action<form_data> {
    static void apply0(collected& into) { ++into.dispositions; }
};
template <>
struct action<type_value> {
    template <class Input>
    static void apply(const Input& in, collected& into) {
        into.type = trim(in.string_view());
    }
};
template <>
struct action<extended_text> {
    template <class Input>
    static void apply(const Input& in, collected& into) {
        into.extended = percent_decode(in.string_view(), false).value_or(std::string{});
    }
};

template <class Grammar>
bool parse(std::string_view text, collected& into) {
    pegtl::memory_input<pegtl::tracking_mode::lazy> in{text.data(), text.size(), ""};
    return pegtl::parse<Grammar, action>(in, into);
}

bool is_text(std::string_view value) {
    return is_utf8(value) && std::ranges::none_of(value, is_control);
}

bool is_boundary(std::string_view value) {
    const auto allowed = [](char c) {
        return (is_token_char(c) && std::string_view{"!#$%&*^`|~"}.find(c) == std::string_view::npos) ||
               std::string_view{"(),/:=? "}.find(c) != std::string_view::npos;
    };
    return !value.empty() && value.size() <= 70 && value.back() != ' ' && std::ranges::all_of(value, allowed);
}

/// The name that the client gave the file, without directories.
outcome<std::optional<std::string>> filename_of(const collected& header) {
    std::string name;
    collected extended;
    const auto* plain = header.find("filename");
    const auto* wide = header.find("filename*");
    if (wide != nullptr && parse<extended_value>(*wide, extended))
        name = std::move(extended.extended);
    else if (plain != nullptr)
        name = *plain;
    else
        return std::optional<std::string>{};
    name.erase(0, name.find_last_of("/\\") + 1); // npos + 1 is 0
    if (!is_text(name))
        return failure{errc::malformed_request, "the file name of a part is not UTF-8 text"};
    return std::optional{std::move(name)};
}

} // namespace

outcome<std::string> multipart_boundary(std::string_view content_type) {
    collected found;
    const auto type = trim(content_type.substr(0, content_type.find(';')));
    if (!equal_ignoring_case(type, "multipart/form-data"))
        return failure{errc::unsupported_media_type, "the media type is not multipart/form-data"};
    if (!parse<form_data_header>(trim(content_type), found))
        return failure{errc::malformed_request, "the parameters of the Content-Type are malformed"};
    const auto* boundary = found.find("boundary");
    if (boundary == nullptr || found.repeats("boundary") || !is_boundary(*boundary))
        return failure{errc::malformed_request, "the Content-Type has no valid boundary"};
    return *boundary;
}

outcome<part_header> parse_part_header(std::string_view lines) {
    collected found;
    if (!parse<header_lines>(lines, found))
        return failure{errc::malformed_request, "the header of a part is malformed"};
    const auto* name = found.find("name");
    if (found.dispositions != 1 || name == nullptr || found.repeats("name") || found.repeats("filename"))
        return failure{errc::malformed_request, "a part has no valid Content-Disposition"};
    if (!is_text(*name))
        return failure{errc::malformed_request, "the name of a part is not UTF-8 text"};
    auto filename = filename_of(found);
    if (!filename)
        return filename.error();
    return part_header{*name, std::move(*filename), std::move(found.type)};
}

} // namespace atelier::http
