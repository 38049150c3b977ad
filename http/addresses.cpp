#include "http/addresses.hpp"

#include "http/text.hpp"

#include <tao/pegtl.hpp>

namespace atelier::http {
namespace {

namespace pegtl = tao::pegtl;

// -- one address, with or without a port --------------------------------------------------------------------

struct port : pegtl::seq<pegtl::one<':'>, pegtl::rep_min_max<1, 5, pegtl::digit>> {};
struct ipv4 : pegtl::seq<pegtl::plus<pegtl::digit>,
                         pegtl::rep<3, pegtl::seq<pegtl::one<'.'>, pegtl::plus<pegtl::digit>>>> {};
struct ipv6 : pegtl::plus<pegtl::sor<pegtl::xdigit, pegtl::one<':', '.'>>> {};
struct bracketed : pegtl::seq<pegtl::one<'['>, ipv6, pegtl::one<']'>> {};
struct node : pegtl::seq<pegtl::sor<pegtl::seq<pegtl::sor<bracketed, ipv4>, pegtl::opt<port>, pegtl::eof>,
                                    pegtl::seq<ipv6, pegtl::eof>>> {};

template <class Rule>
struct node_action : pegtl::nothing<Rule> {};

struct take_address {
    template <class Input>
    static void apply(const Input& in, std::string& address) {
        address = in.string();
    }
};
template <>
struct node_action<ipv4> : take_address {};
template <>
struct node_action<ipv6> : take_address {};

/// "" for what is no address; RFC 7239 has "unknown" and names that begin with '_' for those.
std::string address_in(std::string_view text) {
    static const auto all = *address_ranges::parse("::/0");
    std::string address;
    pegtl::memory_input in{text.data(), text.size(), ""};
    if (!pegtl::parse<node, node_action>(in, address) || !all.contains(address))
        return {};
    return address;
}

// -- X-Forwarded-For ----------------------------------------------------------------------------------------

struct blanks : pegtl::star<pegtl::blank> {};
struct listed : pegtl::plus<pegtl::not_one<',', ' ', '\t'>> {};
struct address_list
    : pegtl::seq<pegtl::list<pegtl::seq<blanks, pegtl::opt<listed>, blanks>, pegtl::one<','>>, pegtl::eof> {};

template <class Rule>
struct list_action : pegtl::nothing<Rule> {};
template <>
struct list_action<listed> {
    template <class Input>
    static void apply(const Input& in, std::vector<std::string>& addresses) {
        addresses.push_back(address_in(in.string_view()));
    }
};

// -- Forwarded (RFC 7239, 4) --------------------------------------------------------------------------------

struct token_char
    : pegtl::sor<pegtl::alnum,
                 pegtl::one<'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'>> {};
struct name : pegtl::plus<token_char> {};
struct bare : pegtl::plus<token_char> {};
struct escaped : pegtl::sor<pegtl::blank, pegtl::not_range<'\0', '\x20'>> {};
struct plain : pegtl::sor<pegtl::blank, pegtl::ranges<'!', '!', '#', '[', ']', '~'>> {};
struct quoted
    : pegtl::seq<pegtl::one<'"'>, pegtl::star<pegtl::sor<pegtl::seq<pegtl::one<'\\'>, escaped>, plain>>,
                 pegtl::one<'"'>> {};
struct pair : pegtl::seq<name, pegtl::one<'='>, pegtl::sor<bare, quoted>> {};
struct element : pegtl::seq<pegtl::at<pegtl::sor<token_char, pegtl::one<';'>>>,
                            pegtl::list<pegtl::opt<pair>, pegtl::one<';'>, pegtl::blank>> {};
struct forwarded_header
    : pegtl::seq<pegtl::list<pegtl::seq<blanks, pegtl::opt<element>, blanks>, pegtl::one<','>>, pegtl::eof> {
};

/// What the grammar has read so far.
struct reading {
    std::vector<std::string> addresses;
    std::string name;
    std::string value;
    std::optional<std::string> by_for; ///< of the present element
    bool repeated = false;             ///< an element said `for` twice
};

template <class Rule>
struct action : pegtl::nothing<Rule> {};

template <>
struct action<name> {
    template <class Input>
    static void apply(const Input& in, reading& into) {
        into.name = to_lower(in.string_view());
        into.value.clear();
    }
};
struct append_char {
    template <class Input>
    static void apply(const Input& in, reading& into) {
        into.value.append(in.string_view());
    }
};
template <>
struct action<bare> : append_char {};
template <>
struct action<escaped> : append_char {};
template <>
struct action<plain> : append_char {};
template <>
struct action<pair> {
    static void apply0(reading& into) {
        if (into.name != "for")
            return;
        into.repeated = into.repeated || into.by_for;
        into.by_for = address_in(into.value);
    }
};
template <>
struct action<element> {
    static void apply0(reading& into) {
        into.addresses.push_back(into.by_for.value_or(""));
        into.by_for.reset();
    }
};

using addresses = std::optional<std::vector<std::string>>;

/// From the last proxy backwards to whom we do not know.
std::string first_stranger(const std::string& peer, const addresses& forwarded,
                           const address_ranges& proxies) {
    if (!forwarded)
        return {};
    std::string at = peer;
    for (auto next = forwarded->rbegin(); next != forwarded->rend() && proxies.contains(at); ++next)
        at = *next;
    return at;
}

/// All lines of a header as one list.
std::string joined(const request& r, std::string_view name) {
    std::string list;
    for (const auto& [each, value] : r.headers)
        if (each == name)
            list.append(list.empty() ? "" : ",").append(value);
    return list;
}

} // namespace

request_origin::request_origin(std::string peer_address, const request& r)
    : peer{std::move(peer_address)}, forwarded{joined(r, "forwarded")}, x_forwarded_for{
                                                                            joined(r, "x-forwarded-for")} {}

addresses parse_x_forwarded_for(std::string_view header) {
    std::vector<std::string> found;
    pegtl::memory_input in{header.data(), header.size(), ""};
    if (!pegtl::parse<address_list, list_action>(in, found))
        return std::nullopt;
    return found;
}

addresses parse_forwarded(std::string_view header) {
    reading read;
    pegtl::memory_input in{header.data(), header.size(), ""};
    if (!pegtl::parse<forwarded_header, action>(in, read) || read.repeated)
        return std::nullopt;
    return std::move(read.addresses);
}

std::string client_address(const request_origin& origin, const address_ranges& proxies) {
    if (!proxies.contains(origin.peer))
        return origin.peer;
    auto of_forwarded = first_stranger(origin.peer, parse_forwarded(origin.forwarded), proxies);
    auto of_list = first_stranger(origin.peer, parse_x_forwarded_for(origin.x_forwarded_for), proxies);
    if (origin.forwarded.empty())
        return of_list;
    if (origin.x_forwarded_for.empty() || of_list == of_forwarded)
        return of_forwarded;
    return {};
}

} // namespace atelier::http
