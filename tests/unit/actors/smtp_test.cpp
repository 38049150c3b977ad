#define CAF_SUITE mail_smtp

#include "actors/mail/smtp.hpp"
#include "actors/mail/smtp_dialogue.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono_literals;

namespace {

/// What a conversation that stopped after `reply` to `command` comes to.
mail_attempt after(std::string_view command, std::string_view reply, const std::string& trouble = "trouble") {
    smtp_dialogue dialogue;
    if (!command.empty()) {
        dialogue.received("220 mail.example.com ESMTP\r\n");
        dialogue.sent(std::string{command} + "\r\n");
    }
    if (!reply.empty())
        dialogue.received(std::string{reply} + "\r\n");
    return dialogue.judged(trouble);
}

settings with_server() {
    settings s;
    s.mail.delivery = "smtp";
    s.mail.host = "mail.example.com";
    return s;
}

std::string url_with(const std::string& base_url) {
    auto s = with_server();
    s.http.base_url = base_url;
    return smtp_server_of(s).url;
}

} // namespace

CAF_TEST(a mail that was taken is sent) {
    CAF_CHECK(after("DATA", "250 2.0.0 queued", "").result == mail_result::sent);
}

CAF_TEST(what a server holds against a mail concerns that mail) {
    for (const auto* command : {"RCPT TO:<anna@example.com>", "DATA"}) {
        for (const auto* reply : {"421 busy", "450 4.2.1 busy", "451 later", "452 full"})
            CAF_CHECK(after(command, reply).result == mail_result::deferred);
        for (const auto* reply : {"550 5.1.1 unknown", "501 syntax", "552 full", "554 spam", "556 null MX"})
            CAF_CHECK(after(command, reply).result == mail_result::refused);
        CAF_CHECK(after(command, "").result == mail_result::deferred); // the connection is lost
    }
    CAF_CHECK(after("DATA", "354 go on").result == mail_result::deferred);
}

CAF_TEST(what a server holds against us concerns all mails) {
    for (const auto* command :
         {"", "EHLO shop", "STARTTLS", "AUTH PLAIN", "MAIL FROM:<no-reply@example.com>", "NOOP"})
        for (const auto* reply : {"", "250 good", "421 closing", "454 later", "535 5.7.8 wrong", "554 no"})
            CAF_CHECK(after(command, reply).result == mail_result::unavailable);
    for (const auto* reply : {"503 5.5.1 sign in first", "530 5.7.0 sign in", "535 5.7.8 wrong"})
        CAF_CHECK(after("RCPT TO:<anna@example.com>", reply).result == mail_result::unavailable);
}

CAF_TEST(troubles name the place and no address) {
    CAF_CHECK_EQUAL(after("RCPT TO:<anna@example.com>", "550 5.1.1 <anna@example.com>: unknown").trouble,
                    "the server answered 550 5.1.1 to RCPT");
    CAF_CHECK_EQUAL(after("RCPT TO:<anna@example.com>", "550 anna@example.com is unknown").trouble,
                    "the server answered 550 to RCPT");
    CAF_CHECK_EQUAL(after("MAIL FROM:<anna@example.com>", "550-5.7.1 no").trouble,
                    "the server answered 550 5.7.1 to MAIL");
    CAF_CHECK_EQUAL(after("", "554 no").trouble, "the server answered 554 at the beginning");
    CAF_CHECK_EQUAL(after("DATA", "").trouble, "trouble");
    for (const auto* strange : {"550 5.1.1anna", "550 5.1.1.anna", "550 5.1111.1 x", "550 anna 5.1.1"})
        CAF_CHECK_EQUAL(after("DATA", strange).trouble, "the server answered 550 to DATA");
}

CAF_TEST(credentials are not remembered) {
    smtp_dialogue dialogue;
    dialogue.received("220 mail.example.com ESMTP\r\n");
    dialogue.sent("AUTH PLAIN\r\n");
    dialogue.received("334 \r\n");
    dialogue.sent("AHNob3AAc2VjcmV0\r\n");
    dialogue.received("535 5.7.8 wrong\r\n");
    dialogue.sent("QUIT\r\n");
    dialogue.received("221 2.0.0 bye\r\n");
    CAF_CHECK_EQUAL(dialogue.judged("trouble").trouble, "the server answered 535 5.7.8 to AUTH");
}

CAF_TEST(the end of an old connection does not cover up what comes on a new one) {
    smtp_dialogue dialogue;
    dialogue.sent("QUIT\r\n");
    dialogue.received("221 2.0.0 bye\r\n");
    dialogue.sent("RCPT TO:<anna@example.com>\r\n");
    dialogue.received("550 5.1.1 unknown\r\n");
    CAF_CHECK(dialogue.judged("trouble").result == mail_result::refused);
}

CAF_TEST(lines that are no replies say nothing) {
    for (const auto* line : {"", "2", "25", "abc", "950 x", "050 x", "HTTP/1.1 550 x"})
        CAF_CHECK_EQUAL(after("DATA", line).trouble, "trouble");
}

CAF_TEST(the settings name the server) {
    auto s = with_server();
    s.mail.user = "shop";
    s.mail.password = "secret";
    s.mail.ca_file = "/etc/ca.pem";
    s.mail.timeout = 5s;
    const auto server = smtp_server_of(s);
    CAF_CHECK_EQUAL(server.url, "smtp://mail.example.com:587/");
    CAF_CHECK(server.protection == smtp_server::security::starttls);
    CAF_CHECK_EQUAL(server.user, "shop");
    CAF_CHECK_EQUAL(server.password, "secret");
    CAF_CHECK_EQUAL(server.authorities.string(), "/etc/ca.pem");
    CAF_CHECK(server.timeout == 5s);

    s.mail.security = "tls";
    s.mail.port = 465;
    CAF_CHECK_EQUAL(smtp_server_of(s).url, "smtps://mail.example.com:465/");
    CAF_CHECK(smtp_server_of(s).protection == smtp_server::security::tls);
    s.mail.security = "none";
    s.mail.host = "::1";
    s.mail.port = 25;
    CAF_CHECK_EQUAL(smtp_server_of(s).url, "smtp://[::1]:25/");
    CAF_CHECK(smtp_server_of(s).protection == smtp_server::security::none);
}

CAF_TEST(the service names itself as its clients know it) {
    CAF_CHECK_EQUAL(url_with("https://shop.example.com"), "smtp://mail.example.com:587/shop.example.com");
    CAF_CHECK_EQUAL(url_with("http://shop.example.com:8080/x"),
                    "smtp://mail.example.com:587/shop.example.com");
    for (const auto* unnamed : {"", "http://127.0.0.1:8080", "http://[::1]:8080", "https://a_b/x"})
        CAF_CHECK_EQUAL(url_with(unnamed), "smtp://mail.example.com:587/");
}

CAF_TEST(a server that is away takes no mails) {
    smtp_server nowhere;
    nowhere.url = "smtp://127.0.0.1:1/";
    smtp_mailbox mailbox{nowhere};
    const auto address = mail_address::parse("anna@example.com").value();
    const auto attempt = mailbox.send({1, {}, address, address, "Subject: x\r\n\r\n"});
    CAF_CHECK(attempt.result == mail_result::unavailable);
    CAF_CHECK_EQUAL(attempt.trouble, "Couldn't connect to server");
    const auto checked = mailbox.check();
    CAF_REQUIRE(!checked);
    CAF_CHECK(checked.error().code == errc::unavailable);
    mailbox.stop();
    CAF_CHECK_EQUAL(mailbox.send({1, {}, address, address, ""}).trouble, "the transfer was given up");
}
