#include "http/form.hpp"

#include "http/text.hpp"

#include <tao/pegtl.hpp>

namespace atelier::http {
namespace {

namespace pegtl = tao::pegtl;

constexpr std::size_t fields_max = 256;

struct escaped_byte : pegtl::seq<pegtl::not_at<pegtl::string<'0', '0'>>, pegtl::xdigit, pegtl::xdigit> {};
struct escape : pegtl::seq<pegtl::one<'%'>, pegtl::sor<escaped_byte, pegtl::raise<escaped_byte>>> {};
struct name : pegtl::star<pegtl::sor<pegtl::not_one<'&', '=', '%'>, escape>> {};
struct value : pegtl::star<pegtl::sor<pegtl::not_one<'&', '%'>, escape>> {};
struct pair : pegtl::seq<pegtl::not_at<pegtl::sor<pegtl::one<'&'>, pegtl::eof>>, name,
                         pegtl::opt<pegtl::one<'='>, value>> {};
struct form : pegtl::seq<pegtl::list<pegtl::opt<pair>, pegtl::one<'&'>>, pegtl::eof> {};

template <class Rule>
inline constexpr const char* message_of = nullptr;
template <>
inline constexpr const char* message_of<escaped_byte> =
    "'%' is not followed by two hexadecimal digits of a byte other than 0";

struct messages {
    template <class Rule>
    static constexpr const char* message = message_of<Rule>;
};
template <class Rule>
using control = pegtl::must_if<messages>::control<Rule>;

/// The grammar has checked the escapes.
std::string decode(std::string_view raw) {
    return percent_decode(raw, true).value_or(std::string{});
}

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <>
struct action<name> {
    template <class Input>
    static void apply(const Input& in, form_fields& fields) {
        if (fields.size() == fields_max)
            throw pegtl::parse_error{"the form has more than 256 fields", in};
        fields.emplace_back(decode(in.string_view()), std::string{});
    }
};

template <>
struct action<value> {
    template <class Input>
    static void apply(const Input& in, form_fields& fields) {
        fields.back().second = decode(in.string_view());
    }
};

} // namespace

outcome<form_fields> parse_form(std::string_view body) {
    form_fields fields;
    pegtl::memory_input<pegtl::tracking_mode::lazy> in{body.data(), body.size(), ""};
    try {
        if (pegtl::parse<form, action, control>(in, fields))
            return fields;
    } catch (const pegtl::parse_error& error) {
        return failure{errc::malformed_request, "the form is malformed at byte " +
                                                    std::to_string(error.positions().front().byte) + ": " +
                                                    std::string{error.message()}};
    }
    return failure{errc::malformed_request, "the form is malformed"};
}

} // namespace atelier::http
