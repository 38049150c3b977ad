#define CAF_SUITE mail_delivery

#include "actors/mail/order.hpp"
#include "persistence/queries/outbox.hpp"
#include "tests/support/accounts_fixture.hpp"
#include "tests/support/test.hpp"

#include <fstream>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

/// Sends nothing while it is told to.
class moody_transport final : public mail_transport {
public:
    explicit moody_transport(mail_transport& good) : good_{good} {}
    mail_attempt send(const outgoing_mail& mail) override {
        ++asked;
        if (mood != mail_result::sent && (unloved.empty() || mail.to.text() == unloved))
            return {mood, "no mail today"};
        return good_.send(mail);
    }
    status check() override { return good_.check(); }

    mail_result mood = mail_result::sent;
    std::string unloved; ///< whom the mood concerns; "" = everybody
    int asked = 0;

private:
    mail_transport& good_;
};

struct fixture : test::accounts_fixture {
    moody_transport transport{mailbox};
    outbox_delivery deliveries{
        {.from = mail_sender::parse("no-reply@localhost").value(), .retry_limit = 3, .batch_limit = 2},
        transport,
        time,
        random};

    void queue(const std::string& to) {
        if (!queries::insert_outbox_message(
                database,
                to_outbox({.to = to,
                           .language = mail_language::russian,
                           .letter = mail_template::confirmation,
                           .values = {{"link", "http://x"}, {"expires_at", "then"}}}),
                time.now()))
            throw std::runtime_error{"a mail could not be queued"};
    }

    /// "delivered postponed given-up"
    std::string deliver() {
        const auto counts = deliveries.deliver_due(database);
        if (!counts)
            throw std::runtime_error{counts.error().detail};
        return std::to_string(counts->delivered) + " " + std::to_string(counts->postponed) + " " +
               std::to_string(counts->given_up);
    }

    std::size_t files() {
        std::size_t count = 0;
        if (std::filesystem::exists(place.path() / "mail"))
            for ([[maybe_unused]] const auto& entry :
                 std::filesystem::directory_iterator{place.path() / "mail"})
                ++count;
        return count;
    }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(mail_delivery_tests, fixture)

CAF_TEST(each mail that is due is sent once) {
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    for (const auto* to : {"a@example.com", "b@example.com", "c@example.com"})
        queue(to);
    const auto first = deliveries.deliver_due(database);
    CAF_REQUIRE(first);
    CAF_CHECK(first->more);
    CAF_CHECK(first->delivered == 2);
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    time.advance(24h);
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    CAF_CHECK_EQUAL(files(), 3u);
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM outbox WHERE delivered_at IS NULL OR attempts <> 1"), "0");
}

CAF_TEST(a mail that could not be sent comes later) {
    queue("a@example.com");
    transport.mood = mail_result::unavailable;
    CAF_CHECK_EQUAL(deliver(), "0 1 0");
    CAF_CHECK_EQUAL(value("SELECT last_error FROM outbox"), "no mail today");
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    time.advance(14s);
    CAF_MESSAGE("not before half of the pause");
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    time.advance(16s);
    CAF_CHECK_EQUAL(deliver(), "0 1 0");
    transport.mood = mail_result::sent;
    time.advance(30s - 1us);
    CAF_MESSAGE("the second pause is twice as long");
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    time.advance(30s + 1us);
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
    CAF_CHECK_EQUAL(files(), 1u);
}

CAF_TEST(a mail that cannot be sent is given up after the last attempt) {
    queue("a@example.com");
    transport.mood = mail_result::unavailable;
    CAF_CHECK_EQUAL(deliver(), "0 1 0");
    time.advance(30s);
    CAF_CHECK_EQUAL(deliver(), "0 1 0");
    time.advance(60s);
    CAF_CHECK_EQUAL(deliver(), "0 0 1");
    time.advance(24h);
    transport.mood = mail_result::sent;
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    CAF_CHECK_EQUAL(value("SELECT failed_at IS NOT NULL AND last_error = 'no mail today' FROM outbox"), "t");
}

CAF_TEST(what can never be sent is given up at once and stops nothing) {
    queue("not an address");
    value("INSERT INTO outbox (kind, payload, due_at, created_at, updated_at) "
          "SELECT 'mail', '{\"to\": 1}', due_at, created_at, updated_at FROM outbox");
    CAF_CHECK_EQUAL(deliver(), "0 0 2");
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM outbox WHERE last_error LIKE '%not an address%'"), "0");
    queue("a@example.com");
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
}

CAF_TEST(a mail that is refused for good is given up at once) {
    for (const auto* to : {"a@example.com", "b@example.com"})
        queue(to);
    transport.mood = mail_result::refused;
    transport.unloved = "a@example.com";
    CAF_CHECK_EQUAL(deliver(), "1 0 1");
    CAF_CHECK_EQUAL(value("SELECT attempts FROM outbox WHERE failed_at IS NOT NULL"), "1");
    time.advance(24h);
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
}

CAF_TEST(a mail that has to wait holds up no other) {
    for (const auto* to : {"a@example.com", "b@example.com"})
        queue(to);
    transport.mood = mail_result::deferred;
    transport.unloved = "a@example.com";
    CAF_CHECK_EQUAL(deliver(), "1 1 0");
    transport.mood = mail_result::sent;
    time.advance(30s);
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
}

CAF_TEST(where no mail can leave only one is tried) {
    for (const auto* to : {"a@example.com", "b@example.com", "c@example.com"})
        queue(to);
    transport.mood = mail_result::unavailable;
    const auto counts = deliveries.deliver_due(database);
    CAF_REQUIRE(counts);
    CAF_CHECK_EQUAL(counts->postponed, 2u); // the batch
    CAF_CHECK_EQUAL(transport.asked, 1);
    CAF_CHECK(!counts->more); // the others are due, and wait for the next look
    transport.mood = mail_result::sent;
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
    time.advance(30s);
    CAF_CHECK_EQUAL(deliver(), "2 0 0");
}

CAF_TEST(how long a mail was on its way is told) {
    queue("a@example.com");
    time.advance(42s);
    const auto counts = deliveries.deliver_due(database);
    CAF_REQUIRE(counts);
    CAF_REQUIRE_EQUAL(counts->waits.size(), 1u);
    CAF_CHECK(counts->waits[0] == 42s);
}

CAF_TEST(a mail whose sender died is sent again as the same file) {
    queue("a@example.com");
    {
        const auto taken = queries::take_outbox(database, mail_outbox_kind, time.now(), 5min, 10);
        CAF_REQUIRE(taken);
        CAF_REQUIRE_EQUAL(taken->size(), 1u);
    }
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    time.advance(5min);
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
    CAF_MESSAGE("and once more, when only the note of its delivery was lost");
    const auto mails = delivered_mails();
    value("UPDATE outbox SET delivered_at = NULL");
    time.advance(5min);
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
    CAF_CHECK_EQUAL(files(), 1u);
    const auto again = delivered_mails();
    CAF_CHECK_EQUAL(again.at(0).headers.at("Message-ID"), mails.at(0).headers.at("Message-ID"));
    CAF_CHECK_EQUAL(again.at(0).headers.at("Date"), mails.at(0).headers.at("Date"));
}

CAF_TEST(a place that cannot be written to delays mails and loses none) {
    std::ofstream{place.path() / "mail"} << "in the way of the directory";
    queue("a@example.com");
    CAF_CHECK_EQUAL(deliver(), "0 1 0");
    CAF_CHECK_EQUAL(value("SELECT count(*) FROM outbox WHERE last_error LIKE 'cannot %'"), "1");
    std::filesystem::remove(place.path() / "mail");
    time.advance(30s);
    CAF_CHECK_EQUAL(deliver(), "1 0 0");
    CAF_CHECK_EQUAL(files(), 1u);
}

CAF_TEST(other messages of the outbox are left alone) {
    value("INSERT INTO outbox (kind, payload, due_at, created_at, updated_at) "
          "VALUES ('other', '{}', '2026-01-01', '2026-01-01', '2026-01-01')");
    CAF_CHECK_EQUAL(deliver(), "0 0 0");
    CAF_CHECK_EQUAL(value("SELECT attempts FROM outbox"), "0");
}

CAF_TEST_FIXTURE_SCOPE_END()
