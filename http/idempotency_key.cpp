#include "http/idempotency_key.hpp"

#include <tao/pegtl.hpp>

namespace atelier::http {
namespace {

namespace pegtl = tao::pegtl;

constexpr std::size_t key_length_max = 255;

// sf-string of RFC 8941, 3.3.3, without the space.
struct escaped : pegtl::one<'"', '\\'> {};
struct plain : pegtl::ranges<'!', '!', '#', '[', ']', '~'> {};
struct quoted
    : pegtl::seq<pegtl::one<'"'>, pegtl::plus<pegtl::sor<pegtl::seq<pegtl::one<'\\'>, escaped>, plain>>,
                 pegtl::one<'"'>> {};
struct bare_char : pegtl::range<'!', '~'> {};
struct bare : pegtl::seq<pegtl::not_at<pegtl::one<'"'>>, pegtl::plus<bare_char>> {};
struct key_header : pegtl::seq<pegtl::sor<quoted, bare>, pegtl::eof> {};

template <class Rule>
struct action : pegtl::nothing<Rule> {};

struct append_char {
    template <class Input>
    static void apply(const Input& in, std::string& key) {
        key.push_back(*in.begin());
    }
};

template <>
struct action<escaped> : append_char {};
template <>
struct action<plain> : append_char {};
template <>
struct action<bare_char> : append_char {};

} // namespace

outcome<std::string> parse_idempotency_key(std::string_view header) {
    std::string key;
    pegtl::memory_input in{header.data(), header.size(), ""};
    if (!pegtl::parse<key_header, action>(in, key))
        return failure{errc::idempotency_key_invalid,
                       "the key must be visible ASCII characters, bare or as a string in double quotes"};
    if (key.size() > key_length_max)
        return failure{errc::idempotency_key_invalid, "the key is longer than 255 characters"};
    return key;
}

} // namespace atelier::http
