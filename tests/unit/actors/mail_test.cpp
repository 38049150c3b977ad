#define CAF_SUITE mail

#include "actors/mail/address.hpp"
#include "actors/mail/language.hpp"
#include "actors/mail/mailbox.hpp"
#include "actors/mail/message.hpp"
#include "actors/mail/mime.hpp"
#include "actors/mail/order.hpp"
#include "tests/support/mail_reader.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <fstream>
#include <iterator>
#include <sys/stat.h>

using namespace atelier;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr instant monday{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 10h + 5min + 9s + 123ms};

mail_address address(std::string_view text) {
    return mail_address::parse(text).value();
}

mail_message message() {
    return {.from = {"Atelier", address("no-reply@example.com")},
            .to = address("anna@example.org"),
            .language = "en",
            .subject = "Hello",
            .text = "Hello\n",
            .html = "<p>Hello</p>\n",
            .date = monday,
            .id = "outbox.1"};
}

outgoing_mail outgoing(std::int64_t number, std::string content) {
    return {number, monday, address("no-reply@example.com"), address("anna@example.org"), std::move(content)};
}

std::string encoded(std::string_view text) {
    return mime::encode_body(text).text;
}

std::string content_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

bool is_sent(const mail_attempt& attempt) {
    return attempt.result == mail_result::sent;
}

std::vector<fs::path> files_in(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{directory})
        files.push_back(entry.path());
    return files;
}

} // namespace

CAF_TEST(addresses that are accepted) {
    for (const auto* text :
         {"anna@example.com", "a@b", "anna.petrova+atelier@mail.example.co.uk", "o'neil_{x}=y@example.com",
          "A1@EXAMPLE.COM", "anna@xn--e1afmkfd.xn--p1ai", "0@0-0.ru"}) {
        CAF_MESSAGE(text);
        const auto parsed = mail_address::parse(text);
        CAF_REQUIRE(parsed);
        CAF_CHECK_EQUAL(parsed->text(), text);
    }
    const auto parsed = address("anna@mail.example.com");
    CAF_CHECK_EQUAL(parsed.domain(), "mail.example.com");
}

CAF_TEST(addresses that are refused) {
    using namespace std::string_literals;
    for (const auto& text : {""s,
                             "@"s,
                             "anna"s,
                             "anna@"s,
                             "@example.com"s,
                             "anna@@example.com"s,
                             "an na@example.com"s,
                             "anna@example.com "s,
                             ".anna@example.com"s,
                             "anna.@example.com"s,
                             "an..na@example.com"s,
                             "anna@-example.com"s,
                             "anna@example-.com"s,
                             "anna@example..com"s,
                             "anna@.com"s,
                             "anna@example.com."s,
                             "anna@exa_mple.com"s,
                             "anna@[127.0.0.1]"s,
                             "\"anna\"@example.com"s,
                             "Anna <anna@example.com>"s,
                             "anna@example.com,boris@example.com"s,
                             "anna@example.com\r\nBcc: boris@example.com"s,
                             "anna\n@example.com"s,
                             "anna@example.com\0"s,
                             "anna\0@example.com"s,
                             "anna@example.com\x7F"s,
                             "анна@example.com"s,
                             "anna@пример.рф"s,
                             "<anna@example.com>"s}) {
        CAF_MESSAGE(text);
        CAF_CHECK(!mail_address::parse(text));
    }
}

CAF_TEST(the lengths of addresses are limited) {
    const std::string label(63, 'd');
    CAF_CHECK(mail_address::parse(std::string(64, 'a') + "@example.com"));
    CAF_CHECK(!mail_address::parse(std::string(65, 'a') + "@example.com"));
    CAF_CHECK(mail_address::parse("a@" + label + ".com"));
    CAF_CHECK(!mail_address::parse("a@" + label + "d.com"));
    CAF_CHECK(!mail_address::parse("a@com." + label + "d"));
    const auto longest = "a@" + label + "." + label + "." + label + "." + std::string(60, 'd');
    CAF_CHECK_EQUAL(longest.size(), 254u);
    CAF_CHECK(mail_address::parse(longest));
    CAF_CHECK(!mail_address::parse("a" + longest));
}

CAF_TEST(typed addresses are normalized as Devise does) {
    CAF_CHECK_EQUAL(normalized_email("  Anna@Example.COM \n"), "anna@example.com");
    CAF_CHECK_EQUAL(normalized_email(std::string_view{"anna@example.com\0", 17}), "anna@example.com");
    CAF_CHECK_EQUAL(normalized_email("an na"), "an na");
    CAF_CHECK_EQUAL(normalized_email(" \t "), "");
}

CAF_TEST(senders are an address with or without a name) {
    const auto named = mail_sender::parse(" Ателье «Дом»  <no-reply@example.com> ");
    CAF_REQUIRE(named);
    CAF_CHECK_EQUAL(named->name, "Ателье «Дом»");
    CAF_CHECK_EQUAL(named->address.text(), "no-reply@example.com");
    const auto bare = mail_sender::parse("no-reply@localhost");
    CAF_REQUIRE(bare);
    CAF_CHECK_EQUAL(bare->name, "");
    for (const auto* text :
         {"", "Atelier", "Atelier <>", "Atelier <x@y", "Ate\r\nlier <x@y>", "Atelier <x@y> z"})
        CAF_CHECK(!mail_sender::parse(text));
}

CAF_TEST(the language is the one that the client likes best) {
    const auto is_russian = [](std::string_view header) {
        return preferred_language(header) == mail_language::russian;
    };
    for (const auto* header :
         {"ru", "RU", "ru-RU", "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "de, ru;q=0.5", "en;q=0.5, ru;q=0.51",
          "en;q=0, ru;q=0.001", " ru ; q=1.000 ", "*, ru", "fr-CH ,, ru"}) {
        CAF_MESSAGE(header);
        CAF_CHECK(is_russian(header));
    }
    for (const auto* header : {"", "en", "en-GB", "de", "*", "en, ru", "ru;q=0.5, en;q=0.6", "ru;q=0", "rus",
                               "ru;q=2", "ru;q=", "ru\n", "ru, \xFF", "en;q=0.9,ru;q=0.8"}) {
        CAF_MESSAGE(header);
        CAF_CHECK(!is_russian(header));
    }
}

CAF_TEST(a plain text travels as it is) {
    const auto body = mime::encode_body("Hello,\n\nhttp://localhost:8080/confirm?token=a=b\n");
    CAF_CHECK_EQUAL(body.transfer_encoding, "7bit");
    CAF_CHECK_EQUAL(body.text, "Hello,\r\n\r\nhttp://localhost:8080/confirm?token=a=b\r\n");
    CAF_CHECK_EQUAL(encoded("one\r\ntwo"), "one\r\ntwo\r\n");
    CAF_CHECK_EQUAL(encoded(""), "");
}

CAF_TEST(other texts travel quoted printable) {
    CAF_CHECK_EQUAL(encoded("Да=\n"), "=D0=94=D0=B0=3D\r\n");
    CAF_CHECK_EQUAL(encoded("a \nb\n"), "a=20\r\nb\r\n");
    CAF_CHECK_EQUAL(encoded("a\rb\n"), "a=0Db\r\n");
    CAF_CHECK_EQUAL(encoded("a\tb\n"), "a=09b\r\n");
    CAF_CHECK_EQUAL(encoded(std::string(100, 'x') + "=\t"),
                    std::string(75, 'x') + "=\r\n" + std::string(25, 'x') + "=3D=09\r\n");
    CAF_CHECK_EQUAL(encoded(std::string(998, 'x')), std::string(998, 'x') + "\r\n");
    CAF_CHECK_EQUAL(encoded(std::string(999, 'x')).substr(0, 78), std::string(75, 'x') + "=\r\n");
}

CAF_TEST(headers are ASCII in short lines) {
    CAF_CHECK_EQUAL(mime::encode_header("Confirm your address"), "Confirm your address");
    CAF_CHECK_EQUAL(mime::encode_header("Привет"), "=?UTF-8?B?0J/RgNC40LLQtdGC?=");
    CAF_CHECK_EQUAL(mime::encode_header("=?UTF-8?B?eA==?="), "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
    CAF_CHECK_EQUAL(mime::encode_header("a\r\nBcc: b@c"), "a??Bcc: b@c");
    CAF_CHECK_EQUAL(mime::encode_header("a\xFFz"), "a?z");
    CAF_CHECK_EQUAL(mime::encode_phrase("Atelier"), "\"Atelier\"");
    CAF_CHECK_EQUAL(mime::encode_phrase("A \"B\" \\"), "\"A \\\"B\\\" \\\\\"");
    CAF_CHECK_EQUAL(mime::encode_phrase("Ателье"), "=?UTF-8?B?0JDRgtC10LvRjNC1?=");
}

CAF_TEST(dates are those of RFC 5322) {
    CAF_CHECK_EQUAL(mime::date(monday), "Mon, 23 Nov 2026 10:05:09 +0000");
    CAF_CHECK_EQUAL(mime::date(instant{std::chrono::sys_days{std::chrono::year{2028} / 2 / 29}}),
                    "Tue, 29 Feb 2028 00:00:00 +0000");
}

CAF_TEST(a mail has a text and a page) {
    const auto mail = test::parse_mail(to_rfc5322(message()));
    CAF_CHECK_EQUAL(mail.headers.at("From"), "\"Atelier\" <no-reply@example.com>");
    CAF_CHECK_EQUAL(mail.headers.at("To"), "anna@example.org");
    CAF_CHECK_EQUAL(mail.headers.at("Subject"), "Hello");
    CAF_CHECK_EQUAL(mail.headers.at("Date"), "Mon, 23 Nov 2026 10:05:09 +0000");
    CAF_CHECK_EQUAL(mail.headers.at("Message-ID"), "<outbox.1@example.com>");
    CAF_CHECK_EQUAL(mail.headers.at("MIME-Version"), "1.0");
    CAF_CHECK_EQUAL(mail.headers.at("Content-Language"), "en");
    CAF_REQUIRE_EQUAL(mail.parts.size(), 2u);
    CAF_CHECK_EQUAL(mail.parts[0].type, "text/plain; charset=utf-8");
    CAF_CHECK_EQUAL(mail.parts[0].text, "Hello\n");
    CAF_CHECK_EQUAL(mail.parts[1].type, "text/html; charset=utf-8");
    CAF_CHECK_EQUAL(mail.parts[1].text, "<p>Hello</p>\n");
}

CAF_TEST(Cyrillic arrives) {
    auto m = message();
    m.from.name = "Ателье интерьеров на Малой Бронной улице";
    m.subject = "Подтвердите, пожалуйста, адрес Вашей электронной почты в нашей службе — Ёжик";
    m.text =
        "Съешь ещё этих мягких французских булок, да выпей же чаю: http://localhost:8080/confirm?token=abc\n";
    m.html = "<p>Съешь ещё</p>\n";
    const auto mail = test::parse_mail(to_rfc5322(m));
    CAF_CHECK_EQUAL(mail.headers.at("From"), m.from.name + " <no-reply@example.com>");
    CAF_CHECK_EQUAL(mail.headers.at("Subject"), m.subject);
    CAF_CHECK_EQUAL(mail.parts[0].text, m.text);
    CAF_CHECK_EQUAL(mail.parts[1].text, m.html);
}

CAF_TEST(nothing in a mail adds a header or a part) {
    auto m = message();
    m.from.name = "Atelier\r\nBcc: boris@example.com";
    m.subject = "Hi\r\nBcc: boris@example.com\r\n\r\nbody";
    m.text = "--=_alternative\r\nContent-Type: text/x-evil\r\n\r\nevil\n--=_alternative--\n";
    const auto mail = test::parse_mail(to_rfc5322(m));
    CAF_CHECK_EQUAL(mail.headers.count("Bcc"), 0u);
    CAF_CHECK_EQUAL(mail.headers.at("Subject"), "Hi??Bcc: boris@example.com????body");
    CAF_REQUIRE_EQUAL(mail.parts.size(), 2u);
    CAF_CHECK_EQUAL(mail.parts[0].text,
                    "--=_alternative\nContent-Type: text/x-evil\n\nevil\n--=_alternative--\n");
}

CAF_TEST(an order survives the outbox) {
    const mail_order order{.to = "anna@example.com",
                           .language = mail_language::russian,
                           .letter = mail_template::confirmation,
                           .values = {{"link", "http://x/\"quoted\""}, {"expires_at", "завтра"}}};
    const auto queued = to_outbox(order);
    CAF_CHECK_EQUAL(queued.kind, "mail");
    const auto read = parse_mail_order(queued.payload);
    CAF_REQUIRE(read);
    CAF_CHECK_EQUAL(read->to, order.to);
    CAF_CHECK(read->language == order.language);
    CAF_CHECK(read->letter == order.letter);
    CAF_CHECK(read->values == order.values);
}

CAF_TEST(a payload that is no order is refused) {
    for (const auto* payload :
         {"", "null", "[]", "{}", R"({"to":1,"language":"en","template":"confirmation","values":{}})",
          R"({"to":"a@b","language":"en","template":"unheard-of","values":{}})",
          R"({"to":"a@b","language":"en","template":"confirmation"})",
          R"({"to":"a@b","language":"en","template":"confirmation","values":{"link":1}})",
          R"({"to":"a@b","template":"confirmation","values":{}})"}) {
        CAF_MESSAGE(payload);
        const auto order = parse_mail_order(payload);
        CAF_REQUIRE(!order);
        CAF_CHECK(order.error().code == errc::internal);
    }
}

CAF_TEST(a mail becomes a file that only its owner may read) {
    const test::temporary_directory place;
    file_mailbox mailbox{place.path() / "new" / "mail"};
    CAF_REQUIRE(is_sent(mailbox.send(outgoing(17, "content\r\n"))));
    const auto files = files_in(place.path() / "new" / "mail");
    CAF_REQUIRE_EQUAL(files.size(), 1u);
    CAF_CHECK_EQUAL(files[0].filename().string(), "20261123T100509Z-17.eml");
    CAF_CHECK_EQUAL(content_of(files[0]), "content\r\n");
    CAF_CHECK(fs::status(files[0]).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CAF_CHECK(fs::status(files[0].parent_path()).permissions() == fs::perms::owner_all);
}

CAF_TEST(a mail that is sent again replaces its file) {
    const test::temporary_directory place;
    file_mailbox mailbox{place.path()};
    CAF_REQUIRE(is_sent(mailbox.send(outgoing(17, "a longer first content"))));
    CAF_REQUIRE(is_sent(mailbox.send(outgoing(17, "second"))));
    CAF_REQUIRE(is_sent(mailbox.send(outgoing(18, "other"))));
    CAF_CHECK_EQUAL(files_in(place.path()).size(), 2u);
    CAF_CHECK_EQUAL(content_of(place.path() / "20261123T100509Z-17.eml"), "second");
}

CAF_TEST(a mail that cannot be put into a file leaves nothing behind) {
    const test::temporary_directory place;
    std::ofstream{place.path() / "mail"} << "in the way";
    CAF_CHECK(!is_sent(file_mailbox{place.path() / "mail"}.send(outgoing(1, "x"))));
    CAF_CHECK(!file_mailbox{place.path() / "mail"}.check());
    CAF_CHECK(!is_sent(file_mailbox{place.path() / "mail" / "deeper"}.send(outgoing(1, "x"))));
    CAF_CHECK_EQUAL(content_of(place.path() / "mail"), "in the way");

    file_mailbox mailbox{place.path() / "box"};
    fs::create_directories(place.path() / "box" / "20261123T100509Z-1.eml"); // where the file should come
    const auto sent = mailbox.send(outgoing(1, "x"));
    CAF_CHECK(sent.result == mail_result::unavailable);
    CAF_CHECK(!sent.trouble.empty());
    CAF_CHECK(mailbox.check());
    CAF_CHECK_EQUAL(files_in(place.path() / "box").size(), 1u);
}
