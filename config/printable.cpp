#include "config/printable.hpp"

#include "config/characters.hpp"

#include <tao/pegtl.hpp>

namespace atelier {

namespace {

namespace pegtl = tao::pegtl;
using config_grammar::printable_character;

struct kept : pegtl::sor<printable_character, pegtl::one<'\t'>> {};
struct replaced : pegtl::any {};
struct any_bytes : pegtl::star<pegtl::sor<kept, replaced>> {};
struct only_printable : pegtl::seq<pegtl::star<printable_character>, pegtl::eof> {};

template <class Rule>
struct copy : pegtl::nothing<Rule> {};

template <>
struct copy<kept> {
    template <class Input>
    static void apply(const Input& in, std::string& out) {
        out += in.string_view();
    }
};

template <>
struct copy<replaced> {
    static void apply0(std::string& out) { out += '?'; }
};

} // namespace

bool is_printable(std::string_view text) {
    pegtl::memory_input in{text, ""};
    return pegtl::parse<only_printable>(in);
}

std::string printable(std::string_view text) {
    std::string out;
    pegtl::memory_input in{text, ""};
    pegtl::parse<any_bytes, copy>(in, out);
    return out;
}

} // namespace atelier
