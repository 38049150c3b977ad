#include "actors/mail/smtp_dialogue.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>
#include <array>

namespace atelier {
namespace grammar {
namespace {

using namespace tao::pegtl; // NOLINT(google-build-using-namespace): a grammar is all PEGTL's words

// RFC 5321 4.2, RFC 2034 4
struct code : seq<range<'2', '5'>, rep<2, digit>> {};
struct enhanced : seq<one<'2', '4', '5'>, one<'.'>, rep_min_max<1, 3, digit>, one<'.'>,
                      rep_min_max<1, 3, digit>, not_at<sor<alnum, one<'.'>>>> {};
struct reply : seq<code, opt<one<' ', '-'>, opt<enhanced>>> {};

struct codes {
    int basic = 0;
    std::string enhanced;
};

template <class Rule>
struct action : nothing<Rule> {};

template <>
struct action<code> {
    template <class Input>
    static void apply(const Input& in, codes& to) {
        to.basic = std::stoi(in.string());
    }
};

template <>
struct action<enhanced> {
    template <class Input>
    static void apply(const Input& in, codes& to) {
        to.enhanced = in.string();
    }
};

} // namespace
} // namespace grammar

namespace {

constexpr std::array<std::string_view, 8> commands{"EHLO", "HELO", "STARTTLS", "AUTH",
                                                   "MAIL", "RCPT", "DATA",     "NOOP"};

constexpr int first_error = 400;
constexpr int first_permanent = 500;

/// Whether a reply says that the server does not take us, whatever the mail: a sequence of commands that it
/// does not like, or credentials (RFC 4954 6).
bool is_about_us(int code) {
    constexpr std::array codes{503, 530, 534, 535, 538};
    return std::ranges::find(codes, code) != codes.end();
}

} // namespace

void smtp_dialogue::sent(std::string_view line) {
    const auto word = line.substr(0, line.find_first_of(" \r\n"));
    if (word == "QUIT")
        over_ = true;
    if (std::ranges::find(commands, word) == commands.end())
        return; // credentials, maybe
    over_ = false;
    command_ = word;
    code_ = 0;
    enhanced_.clear();
}

void smtp_dialogue::received(std::string_view line) {
    if (over_)
        return;
    tao::pegtl::memory_input in{line.data(), line.data() + line.size(), "reply"};
    grammar::codes codes;
    if (!tao::pegtl::parse<grammar::reply, grammar::action>(in, codes))
        return;
    code_ = codes.basic;
    enhanced_ = std::move(codes.enhanced);
}

/// A recipient or a message of which a server thinks ill says nothing about the next one.
bool smtp_dialogue::is_about_mail() const {
    return (command_ == "RCPT" || command_ == "DATA") && !is_about_us(code_);
}

mail_attempt smtp_dialogue::judged(const std::string& trouble) const {
    if (trouble.empty())
        return {};
    if (code_ < first_error)
        return {is_about_mail() ? mail_result::deferred : mail_result::unavailable, trouble};
    auto text = "the server answered " + std::to_string(code_);
    if (!enhanced_.empty())
        text += " " + enhanced_;
    text += command_.empty() ? " at the beginning" : " to " + command_;
    if (!is_about_mail())
        return {mail_result::unavailable, std::move(text)};
    return {code_ < first_permanent ? mail_result::deferred : mail_result::refused, std::move(text)};
}

} // namespace atelier
