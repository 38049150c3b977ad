#include "actors/mail/templates.hpp"

#include <vector>

namespace atelier {
namespace {

/// A paragraph that is only "{link}" is shown as a link.
struct letter_text {
    std::string_view subject;
    std::vector<std::string_view> paragraphs;
};

constexpr std::string_view link_paragraph = "{link}";

letter_text confirmation(mail_language language) {
    if (language == mail_language::russian)
        return {"Подтвердите адрес электронной почты",
                {"Здравствуйте!", "Чтобы начать работу в Atelier, подтвердите этот адрес, перейдя по ссылке:",
                 link_paragraph, "Ссылка действует до {expires_at}.",
                 "Если вы не регистрировались в Atelier, просто удалите это письмо."}};
    return {"Confirm your e-mail address",
            {"Hello,", "To start using Atelier, confirm this address by opening the link:", link_paragraph,
             "The link works until {expires_at}.",
             "If you did not sign up for Atelier, you can ignore this mail."}};
}

letter_text already_registered(mail_language language) {
    if (language == mail_language::russian)
        return {"У вас уже есть учётная запись",
                {"Здравствуйте!",
                 "Кто-то, возможно вы, пытался зарегистрироваться в Atelier с этим адресом. Учётная запись с "
                 "ним уже "
                 "есть: войдите с тем паролем, который вы выбрали.",
                 "Если это были не вы, ничего делать не нужно: ваши данные в безопасности."}};
    return {"You already have an account",
            {"Hello,",
             "Somebody, perhaps you, tried to sign up for Atelier with this address. It already has an "
             "account: sign "
             "in with the password that you chose.",
             "If it was not you, there is nothing to do: your data are safe."}};
}

letter_text text_of(mail_template letter, mail_language language) {
    return letter == mail_template::confirmation ? confirmation(language) : already_registered(language);
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
    return letter == mail_template::confirmation ? "confirmation" : "already_registered";
}

std::optional<mail_template> mail_template_named(std::string_view name) {
    for (const auto letter : {mail_template::confirmation, mail_template::already_registered})
        if (to_string(letter) == name)
            return letter;
    return std::nullopt;
}

outcome<mail_text> render_mail(mail_template letter, mail_language language, const mail_values& values) {
    const auto [subject, paragraphs] = text_of(letter, language);
    mail_text mail{std::string{subject},
                   {},
                   "<!DOCTYPE html>\n<html lang=\"" + std::string{to_string(language)} +
                       "\">\n<head><meta charset=\"utf-8\"><title>" + escaped(subject) +
                       "</title></head>\n<body>\n"};
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
