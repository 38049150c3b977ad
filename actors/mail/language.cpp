#include "actors/mail/language.hpp"

#include <tao/pegtl.hpp>

#include <optional>
#include <string>

namespace atelier {
namespace grammar {
namespace {

using namespace tao::pegtl; // NOLINT(google-build-using-namespace): a grammar is all PEGTL's words

// RFC 9110 12.4.2 and 12.5.4, RFC 4647 2.1
struct spacing : star<blank> {};
struct primary : sor<one<'*'>, plus<alpha>> {};
struct range_of_languages : seq<primary, star<one<'-'>, plus<alnum>>> {};
struct quality : sor<seq<one<'0'>, opt<one<'.'>, rep_max<3, digit>>>,
                     seq<one<'1'>, opt<one<'.'>, rep_max<3, one<'0'>>>>> {};
struct weight : seq<spacing, one<';'>, spacing, one<'q', 'Q'>, one<'='>, quality> {};
struct element_end : success {};
struct element : seq<range_of_languages, opt<weight>, element_end> {};
struct separator : seq<spacing, one<','>, spacing> {};
struct accept_language : seq<spacing, list<element, plus<separator>>, spacing, eof> {};

struct choice {
    std::string primary;
    int thousandths = 1000;
    std::optional<mail_language> best;
    int best_thousandths = 0;
};

template <class Rule>
struct action : nothing<Rule> {};

template <>
struct action<primary> {
    template <class Input>
    static void apply(const Input& in, choice& c) {
        c.primary = in.string();
        c.thousandths = 1000;
    }
};

template <>
struct action<quality> {
    template <class Input>
    static void apply(const Input& in, choice& c) {
        auto digits = in.string();
        digits.erase(1, 1); // the point
        digits.resize(4, '0');
        c.thousandths = std::stoi(digits);
    }
};

std::optional<mail_language> language_named(std::string primary) {
    for (auto& c : primary)
        c = static_cast<char>(c | 0x20); // letters to lower case
    if (primary == "ru")
        return mail_language::russian;
    if (primary == "en")
        return mail_language::english;
    return std::nullopt;
}

template <>
struct action<element_end> {
    static void apply0(choice& c) {
        const auto named = language_named(c.primary);
        if (!named || c.thousandths <= c.best_thousandths)
            return;
        c.best = named;
        c.best_thousandths = c.thousandths;
    }
};

} // namespace
} // namespace grammar

std::string_view to_string(mail_language language) {
    return language == mail_language::russian ? "ru" : "en";
}

mail_language preferred_language(std::string_view accept_language) {
    tao::pegtl::memory_input in{accept_language.data(), accept_language.data() + accept_language.size(),
                                "Accept-Language"};
    grammar::choice choice;
    if (!tao::pegtl::parse<grammar::accept_language, grammar::action>(in, choice))
        return mail_language::english;
    return choice.best.value_or(mail_language::english);
}

} // namespace atelier
