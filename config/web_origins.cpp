#include "config/web_origins.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>

namespace atelier {
namespace {

namespace pegtl = tao::pegtl;

// clang-format off
struct blanks : pegtl::star<pegtl::blank> {};
struct host : pegtl::plus<pegtl::sor<pegtl::lower, pegtl::digit, pegtl::one<'.', '-', '_'>>> {};
struct ipv6 : pegtl::seq<pegtl::one<'['>, pegtl::plus<pegtl::sor<pegtl::digit, pegtl::range<'a', 'f'>, pegtl::one<':'>>>, pegtl::one<']'>> {};
struct port : pegtl::seq<pegtl::one<':'>, pegtl::rep_min_max<1, 5, pegtl::digit>> {};
struct origin : pegtl::seq<pegtl::sor<TAO_PEGTL_STRING("https://"), TAO_PEGTL_STRING("http://")>, pegtl::sor<host, ipv6>, pegtl::opt<port>> {};
struct any : pegtl::one<'*'> {};
struct origins : pegtl::list<origin, pegtl::one<','>, pegtl::blank> {};
struct whole : pegtl::seq<blanks, pegtl::opt<pegtl::sor<any, origins>>, blanks, pegtl::eof> {};
// clang-format on

template <class Rule>
struct action : pegtl::nothing<Rule> {};
template <>
struct action<any> {
    static void apply0(web_origins& into) { into.any = true; }
};
template <>
struct action<origin> {
    template <class Input>
    static void apply(const Input& in, web_origins& into) {
        into.list.push_back(in.string());
    }
};

/// Browsers leave the scheme's own port out.
bool has_own_port(std::string_view origin) {
    return origin.starts_with("https") ? origin.ends_with(":443") : origin.ends_with(":80");
}

} // namespace

std::optional<web_origins> web_origins::parse(std::string_view list) {
    web_origins parsed;
    pegtl::memory_input in{list.data(), list.size(), ""};
    if (!pegtl::parse<whole, action>(in, parsed) || std::ranges::any_of(parsed.list, has_own_port))
        return std::nullopt;
    return parsed;
}

bool web_origins::contains(std::string_view origin) const {
    return any || std::ranges::find(list, origin) != list.end();
}

} // namespace atelier
