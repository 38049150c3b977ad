#include "http/accept.hpp"

#include "http/text.hpp"

#include <tao/pegtl.hpp>

#include <string>

namespace atelier::http {
namespace {

namespace pegtl = tao::pegtl;

// Accept and Accept-Encoding of RFC 9110, 12.5, with the lists, tokens and quoted strings of 5.6.
struct token_character
    : pegtl::sor<pegtl::alnum,
                 pegtl::one<'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'>> {};
struct token : pegtl::plus<token_character> {};
struct space : pegtl::star<pegtl::blank> {};
struct quoted_pair : pegtl::seq<pegtl::one<'\\'>, pegtl::any> {};
struct quoted
    : pegtl::seq<pegtl::one<'"'>, pegtl::until<pegtl::one<'"'>, pegtl::sor<quoted_pair, pegtl::any>>> {};
struct choice : pegtl::seq<token, pegtl::opt<pegtl::one<'/'>, token>> {};
struct zero : pegtl::seq<pegtl::one<'0'>, pegtl::opt<pegtl::one<'.'>, pegtl::rep_max<3, pegtl::one<'0'>>>,
                         pegtl::not_at<pegtl::sor<token_character>>> {};
struct no_weight : pegtl::seq<pegtl::istring<'q'>, pegtl::one<'='>, zero> {};
struct parameter : pegtl::sor<no_weight, pegtl::seq<token, pegtl::one<'='>, pegtl::sor<quoted, token>>> {};
struct element : pegtl::seq<choice, pegtl::star<space, pegtl::one<';'>, space, parameter>> {};
struct element_end : pegtl::seq<space, pegtl::sor<pegtl::one<','>, pegtl::eof>> {};
struct accept
    : pegtl::seq<space, pegtl::until<pegtl::eof, pegtl::seq<pegtl::opt<element>, element_end, space>>> {};

struct search {
    std::string_view wanted;
    bool matches = false; ///< the element that is being read
    bool found = false;
};

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <>
struct action<choice> {
    template <class Input>
    static void apply(const Input& in, search& into) {
        into.matches = to_lower(in.string_view()) == into.wanted;
    }
};
template <>
struct action<no_weight> {
    static void apply0(search& into) { into.matches = false; }
};
template <>
struct action<element> {
    static void apply0(search& into) { into.found = into.found || into.matches; }
};

} // namespace

bool accepts_by_name(std::string_view header, std::string_view choice) {
    search looking;
    looking.wanted = choice;
    pegtl::memory_input in{header.data(), header.size(), ""};
    return pegtl::parse<accept, action>(in, looking) && looking.found;
}

} // namespace atelier::http
