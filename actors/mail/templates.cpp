#include "actors/mail/templates.hpp"

#include "actors/mail/letters.hpp"

#include <algorithm>

namespace atelier {
namespace {

constexpr std::string_view link_paragraph = "{link}";

const letter& letter_of(mail_template which) {
    return *std::ranges::find(all_letters(), which, &letter::which); // each is there
}

std::string_view greeting(mail_language language) {
    return language == mail_language::russian ? "Здравствуйте!" : "Hello,";
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    }
    return result;
}

/// `pattern` with its "{name}" replaced.
outcome<std::string> filled(std::string_view pattern, const mail_values& values) {
    std::string result;
    for (;;) {
        const auto open = pattern.find('{');
        result.append(pattern.substr(0, open));
        if (open == std::string_view::npos)
            return result;
        const auto close = pattern.find('}', open);
        const auto name = pattern.substr(open + 1, close - open - 1);
        const auto value = values.find(name);
        if (value == values.end())
            return failure{errc::internal, "the mail has no value for " + std::string{name}};
        result.append(value->second);
        pattern.remove_prefix(close + 1);
    }
}

std::string html_paragraph(std::string_view pattern, const std::string& content) {
    const auto safe = escaped(content);
    if (pattern == link_paragraph)
        return "<p><a href=\"" + safe + "\">" + safe + "</a></p>\n";
    return "<p>" + safe + "</p>\n";
}

} // namespace

std::string_view to_string(mail_template letter) {
    return letter_of(letter).name;
}

std::optional<mail_template> mail_template_named(std::string_view name) {
    const auto found = std::ranges::find(all_letters(), name, &letter::name);
    return found == all_letters().end() ? std::nullopt : std::optional{found->which};
}

outcome<mail_text> render_mail(mail_template letter, mail_language language, const mail_values& values) {
    const auto& found = letter_of(letter);
    const auto& [subject, paragraphs] = language == mail_language::russian ? found.russian : found.english;
    const std::string hello{greeting(language)};
    mail_text mail{std::string{subject}, hello + "\n\n",
                   "<!DOCTYPE html>\n<html lang=\"" + std::string{to_string(language)} +
                       "\">\n<head><meta charset=\"utf-8\"><title>" + escaped(subject) +
                       "</title></head>\n<body>\n<p>" + hello + "</p>\n"};
    for (const auto pattern : paragraphs) {
        const auto content = filled(pattern, values);
        if (!content)
            return content.error();
        mail.text += *content + "\n\n";
        mail.html += html_paragraph(pattern, *content);
    }
    mail.text += "Atelier\n";
    mail.html += "<p>Atelier</p>\n</body>\n</html>\n";
    return mail;
}

} // namespace atelier
