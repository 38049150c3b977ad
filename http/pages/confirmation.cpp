#include "http/pages/confirmation.hpp"

#include "http/pages/page.hpp"

#include <string>

namespace atelier::http {
namespace {

struct texts {
    passage ask;
    std::string_view button;
    passage confirmed;
    passage bad_link;
    passage failed;
};

constexpr texts english{
    {"Confirm your address", "Press the button, and your account is ready."},
    "Confirm",
    {"Your address is confirmed", "You can sign in now, and close this page."},
    {"This link does not work",
     "It is incomplete, too old or used up. Sign up again with the same address to get a new one."},
    {"That did not work", "Nothing is lost: go back and try again in a moment."},
};

constexpr texts russian{
    {"Подтвердите адрес", "Нажмите кнопку — и учётная запись готова."},
    "Подтвердить",
    {"Адрес подтверждён", "Теперь можно войти, а эту страницу закрыть."},
    {"Эта ссылка не действует", "Она неполная, устарела или уже использована. Зарегистрируйтесь с тем же "
                                "адресом ещё раз, чтобы получить новую."},
    {"Не получилось", "Ничего не потеряно: вернитесь назад и попробуйте ещё раз чуть позже."},
};

const texts& in(std::string_view language) {
    return language == "ru" ? russian : english;
}

} // namespace

response confirmation_page(std::string_view language, std::string_view token) {
    const auto& t = in(language);
    const auto form =
        "\n<form method=\"post\" action=\"/confirm\">\n<input type=\"hidden\" name=\"token\" value=\"" +
        html_escaped(token) + "\">\n<button>" + html_escaped(t.button) + "</button>\n</form>";
    return html_page(200, language, t.ask.title, paragraph(t.ask.text) + form);
}

response confirmed_page(std::string_view language) {
    const auto& t = in(language).confirmed;
    return passage_page(200, language, t);
}

response not_confirmed_page(std::string_view language, const failure& why) {
    const auto& t = why.code == errc::invalid_token ? in(language).bad_link : in(language).failed;
    return passage_page(status_of(why.code), language, t);
}

} // namespace atelier::http
