#include "actors/mail/address.hpp"

#include "config/printable.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>

namespace atelier {
namespace grammar {
namespace {

using namespace tao::pegtl; // NOLINT(google-build-using-namespace): a grammar is all PEGTL's words

// RFC 5321 4.1.2 and 4.5.3.1
struct atom_character : sor<alnum, one<'!', '#', '$', '%', '&', '\'', '*', '+', '-', '/', '=', '?', '^', '_',
                                       '`', '{', '|', '}', '~'>> {};
struct local_part : list<plus<atom_character>, one<'.'>> {};
struct label : seq<plus<alnum>, star<plus<one<'-'>>, plus<alnum>>> {};
struct domain : list<label, one<'.'>> {};
struct address : seq<local_part, one<'@'>, domain, eof> {};

} // namespace
} // namespace grammar

namespace {

constexpr std::size_t address_limit = 254; ///< RFC 3696, erratum 1690
constexpr std::size_t local_part_limit = 64;
constexpr std::size_t label_limit = 63; ///< RFC 1035 2.3.4

/// As Ruby's String#strip.
constexpr std::string_view white_space{"\0\t\n\v\f\r ", 7};

bool labels_fit(std::string_view domain) {
    while (domain.size() > label_limit) {
        const auto dot = domain.find('.');
        if (dot > label_limit)
            return false;
        domain.remove_prefix(dot + 1);
    }
    return true;
}

std::string_view stripped(std::string_view text) {
    const auto first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::optional<mail_address> mail_address::parse(std::string_view text) {
    if (text.size() > address_limit)
        return std::nullopt;
    tao::pegtl::memory_input in{text.data(), text.data() + text.size(), "address"};
    if (!tao::pegtl::parse<grammar::address>(in))
        return std::nullopt;
    mail_address made{text};
    if (text.size() - made.domain().size() - 1 > local_part_limit || !labels_fit(made.domain()))
        return std::nullopt;
    return made;
}

std::string_view mail_address::domain() const {
    return std::string_view{text_}.substr(text_.find('@') + 1);
}

std::optional<mail_sender> mail_sender::parse(std::string_view text) {
    text = stripped(text);
    const auto open = text.rfind('<');
    const bool named = open != std::string_view::npos && text.ends_with('>');
    const auto name = named ? stripped(text.substr(0, open)) : std::string_view{};
    auto address = mail_address::parse(named ? text.substr(open + 1, text.size() - open - 2) : text);
    if (!address || !is_printable(name))
        return std::nullopt;
    return mail_sender{std::string{name}, std::move(*address)};
}

std::string normalized_email(std::string_view typed) {
    std::string result{stripped(typed)};
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

} // namespace atelier
