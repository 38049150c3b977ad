#include "http/pages/password_reset.hpp"

#include "http/pages/page.hpp"

#include <string>

namespace atelier::http {
namespace {

struct texts {
    std::string_view title;
    std::string_view label;
    std::string_view button;
    std::string_view too_weak;
    passage done;
    passage bad_link;
    passage failed;
};

constexpr texts english{
    "Choose a new password",
    "New password, 6 to 72 characters",
    "Save",
    "This password does not do: it must have 6 to 72 characters, not only spaces.",
    {"Your password is changed",
     "All sessions have ended. You can sign in with it now, and close this page."},
    {"This link does not work", "It is incomplete, too old or used up. Ask for a new one."},
    {"That did not work", "Nothing is lost: go back and try again in a moment."},
};

constexpr texts russian{
    "Выберите новый пароль",
    "Новый пароль, от 6 до 72 символов",
    "Сохранить",
    "Такой пароль не подходит: нужно от 6 до 72 символов, и не только пробелы.",
    {"Пароль изменён", "Все сеансы завершены. Теперь можно войти с новым паролем, а эту страницу закрыть."},
    {"Эта ссылка не действует", "Она неполная, устарела или уже использована. Запросите новую."},
    {"Не получилось", "Ничего не потеряно: вернитесь назад и попробуйте ещё раз чуть позже."},
};

const texts& in(std::string_view language) {
    return language == "ru" ? russian : english;
}

} // namespace

response reset_page(std::string_view language, std::string_view token, const failure* wrong) {
    const auto& t = in(language);
    auto content = wrong != nullptr ? paragraph(t.too_weak, " role=\"alert\"") : std::string{};
    content += "\n<form method=\"post\" action=\"/reset-password\">\n"
               "<input type=\"hidden\" name=\"token\" value=\"" +
               html_escaped(token) + "\">\n<p><label>" + html_escaped(t.label) +
               "<br>\n<input type=\"password\" name=\"password\" autocomplete=\"new-password\" "
               "minlength=\"6\" required autofocus></label></p>\n<button>" +
               html_escaped(t.button) + "</button>\n</form>";
    return html_page(wrong != nullptr ? status_of(wrong->code) : 200, language, t.title, content);
}

response password_set_page(std::string_view language) {
    const auto& t = in(language).done;
    return passage_page(200, language, t);
}

response not_reset_page(std::string_view language, const failure& why) {
    const auto& t = why.code == errc::invalid_token ? in(language).bad_link : in(language).failed;
    return passage_page(status_of(why.code), language, t);
}

} // namespace atelier::http
