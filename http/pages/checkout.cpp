#include "http/pages/checkout.hpp"

#include "actors/domain/money.hpp"
#include "http/pages/page.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>

namespace atelier::http {
namespace {

/// Without words of its own: what it shows comes from the page.
constexpr std::string_view script =
    R"(const page = JSON.parse(document.getElementById('checkout').textContent);
const button = document.getElementById('pay');
const news = document.getElementById('news');
const balance = document.getElementById('balance');
const settled = (status) => status !== 'pending';

function show(payment) {
  balance.textContent = payment.balance;
  const text = page.texts[payment.status];
  if (text) news.textContent = text;
  button.hidden = settled(payment.status) && payment.status !== 'authorized';
}

async function look() {
  const answer = await fetch(page.status_url, { cache: 'no-store' });
  if (!answer.ok) throw new Error(String(answer.status));
  const payment = await answer.json();
  show(payment);
  return payment;
}

/** Looks again, ever more rarely, until the payment is settled or hope is lost. */
async function watch() {
  for (let pause = 500, waited = 0; waited < 300000; waited += pause, pause = Math.min(pause * 1.2, 5000)) {
    try {
      if (settled((await look()).status)) return;
    } catch { /* the next look may do better */ }
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

button.addEventListener('click', async () => {
  button.disabled = true;
  news.textContent = page.texts.paying;
  try {
    const result = await new cp.CloudPayments().start(page.widget);
    if (result && result.status === 'success') await watch();
    else news.textContent = page.texts.not_paid;
  } catch {
    news.textContent = page.texts.not_paid;
  }
  button.disabled = false;
});
watch();
)";

struct texts {
    std::string_view title;
    std::string_view pay;
    std::string_view balance;
    std::string_view without_script;
    std::string_view paying;
    std::string_view not_paid;
    std::string_view authorized;
    std::string_view paid;
    std::string_view refunded;
    std::string_view cancelled;
    std::string_view expired;
    std::string_view tokens;
};

constexpr texts english{"Payment",
                        "Pay",
                        "Tokens in your account:",
                        "This page needs JavaScript to open the payment form.",
                        "The payment form is open.",
                        "Nothing was paid. You can try again.",
                        "The money is reserved; the tokens come when the payment is confirmed.",
                        "Paid, thank you. The tokens are in your account.",
                        "This payment was refunded.",
                        "This payment was cancelled.",
                        "The time to pay this order is over. Please order again.",
                        "tokens"};

constexpr texts russian{"Оплата",
                        "Оплатить",
                        "Токенов на счёте:",
                        "Чтобы открыть платёжную форму, этой странице нужен JavaScript.",
                        "Платёжная форма открыта.",
                        "Оплата не прошла. Можно попробовать ещё раз.",
                        "Деньги зарезервированы; токены придут после подтверждения платежа.",
                        "Оплачено, спасибо. Токены уже на счёте.",
                        "Деньги за этот платёж возвращены.",
                        "Этот платёж отменён.",
                        "Время на оплату заказа истекло. Пожалуйста, закажите ещё раз.",
                        "токенов"};

/// JSON as it may stand in an element: nothing in it ends the element.
std::string embedded(const boost::json::value& value) {
    std::string text;
    for (const char c : boost::json::serialize(value)) {
        if (c == '<')
            text += "\\u003c";
        else
            text += c;
    }
    return text;
}

/// "https://widget.cloudpayments.ru" of the script's address.
std::string origin_of(std::string_view url) {
    const auto host = url.find("://");
    return std::string{url.substr(0, host == std::string_view::npos ? 0 : url.find('/', host + 3))};
}

} // namespace

response checkout_page(std::string_view language, const checkout_view& view, std::string_view key) {
    namespace json = boost::json;
    const auto& t = language == "ru" ? russian : english;
    const auto address = "/checkout/" + view.subject;
    const json::object page{{"widget", json::parse(view.widget)},
                            {"status_url", address + "/status?key=" + std::string{key}},
                            {"texts", json::object{{"paying", t.paying},
                                                   {"not_paid", t.not_paid},
                                                   {"authorized", t.authorized},
                                                   {"paid", t.paid},
                                                   {"partially_refunded", t.refunded},
                                                   {"refunded", t.refunded},
                                                   {"cancelled", t.cancelled},
                                                   {"expired", t.expired}}}};
    const auto sum = html_escaped(format_amount(view.amount_cents) + " " + view.currency);
    const auto head = "<script src=\"" + html_escaped(view.script) +
                      "\" defer></script>\n<script src=\"/checkout.js\" defer></script>\n";
    const auto content =
        "<p>" + std::to_string(view.tokens_amount) + " " + std::string{t.tokens} + " · " + sum +
        "</p>\n<p><button id=\"pay\">" + std::string{t.pay} + " " + sum +
        "</button></p>\n<p id=\"news\" role=\"status\"></p>\n<p>" + std::string{t.balance} +
        " <output id=\"balance\"></output></p>\n<noscript><p>" + std::string{t.without_script} +
        "</p></noscript>\n<script type=\"application/json\" id=\"checkout\">" + embedded(page) + "</script>";
    auto origins = origin_of(view.script);
    if (origins.ends_with(".cloudpayments.ru"))
        origins += " https://*.cloudpayments.ru";
    return html_page_with_scripts(language, t.title, head, content, origins);
}

response checkout_script() {
    response file{200, "text/javascript; charset=utf-8", std::string{script}};
    file.with("Cache-Control", "max-age=3600");
    return file;
}

} // namespace atelier::http
