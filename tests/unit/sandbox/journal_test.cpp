#define CAF_SUITE sandbox_journal

#include "actors/gateways/sandbox/journal.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/sandbox/orders.hpp"

#include <fstream>
#include <iterator>
#include <sys/stat.h>

using namespace atelier;
using namespace atelier::sandbox;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

journal_entry full_entry() {
    till shop;
    auto wanted = order_of("inv_1");
    wanted.recurrent = monthly();
    wanted.recurrent->max_periods = 3;
    wanted.data = "{\"a\":\"line\\nbreak\"}";
    const auto paid = shop.pay(wanted);
    CAF_REQUIRE(shop.terminal.refund(paid.id, 100, "x", morning).has_value());
    CAF_REQUIRE(shop.terminal.charge_back(paid.id, morning).has_value());
    journal_entry entry;
    entry.what = shop.terminal.take_changes();
    delivery next;
    next.id = 7;
    next.what = entry.what.messages.front();
    next.tries = 2;
    next.due = morning + 5min;
    next.once = true;
    next.forged = true;
    entry.deliveries.push_back(next);
    entry.delivered = {3, 4};
    auto& reply = entry.reply.emplace();
    reply.request_id = "request-1";
    reply.body = R"({"Success":true})";
    reply.at = morning;
    entry.clock_offset = 24h;
    entry.what.messages.clear();
    return entry;
}

journal_entry entry_with(std::int64_t delivered) {
    journal_entry entry;
    entry.delivered.push_back(delivered);
    return entry;
}

/// Opens it, and gives the ids that were delivered by its entries.
std::pair<outcome<journal>, std::vector<std::int64_t>> reopen(const std::filesystem::path& file) {
    std::vector<std::int64_t> seen;
    auto opened = journal::open(file, [&](const journal_entry& entry) {
        seen.insert(seen.end(), entry.delivered.begin(), entry.delivered.end());
    });
    return {std::move(opened), std::move(seen)};
}

} // namespace

CAF_TEST(an entry is read as it was written) {
    const auto entry = full_entry();
    const auto line = to_json(entry);
    CAF_CHECK(line.find('\n') == std::string::npos);
    const auto read = parse_journal_entry(line);
    CAF_REQUIRE(read.has_value());
    CAF_CHECK(read->what.transactions == entry.what.transactions);
    CAF_CHECK(read->what.tokens == entry.what.tokens);
    CAF_CHECK(read->what.subscriptions == entry.what.subscriptions);
    CAF_CHECK(read->what.chargebacks == entry.what.chargebacks);
    CAF_CHECK(read->deliveries == entry.deliveries);
    CAF_CHECK(read->delivered == entry.delivered);
    CAF_CHECK_EQUAL(read->reply->request_id, "request-1");
    CAF_CHECK_EQUAL(read->reply->body, entry.reply->body);
    CAF_CHECK(read->reply->at == morning);
    CAF_CHECK(read->clock_offset == microseconds{24h});
    CAF_CHECK_EQUAL(to_json(*read), line);
}

CAF_TEST(what is no entry is not read) {
    for (const std::string_view line :
         {"", "x", "[]", "{\"delivered\":7}", "{\"delivered\":[\"7\"]}", "{\"reply\":5}"})
        CAF_CHECK(!parse_journal_entry(line));
    CAF_CHECK(parse_journal_entry("{\"something_newer\":1}").has_value());
}

CAF_TEST(entries come back in order after the file was closed) {
    const temporary_directory directory;
    const auto file = directory.path() / "deep" / "journal.jsonl";
    {
        auto [opened, seen] = reopen(file);
        CAF_REQUIRE(opened.has_value());
        CAF_CHECK(seen.empty());
        for (const std::int64_t id : {1, 2, 3})
            CAF_CHECK(opened->append(entry_with(id)).has_value());
    }
    {
        auto [opened, seen] = reopen(file);
        CAF_CHECK((seen == std::vector<std::int64_t>{1, 2, 3}));
        CAF_CHECK(opened->append(entry_with(4)).has_value());
    }
    CAF_CHECK((reopen(file).second == std::vector<std::int64_t>{1, 2, 3, 4}));
    struct stat facts {};
    CAF_REQUIRE_EQUAL(::stat(file.c_str(), &facts), 0);
    CAF_CHECK_EQUAL(facts.st_mode & 0777U, 0600u);
}

CAF_TEST(a torn last line is cut off wherever it was torn) {
    const temporary_directory directory;
    const auto file = directory.path() / "journal.jsonl";
    CAF_CHECK(reopen(file).first->append(entry_with(1)).has_value());
    const auto whole = content_of(file);
    const auto torn = to_json(full_entry());
    for (std::size_t length = 1; length <= torn.size(); length += 37) {
        std::ofstream{file, std::ios::binary} << whole << torn.substr(0, length);
        auto [opened, seen] = reopen(file);
        CAF_REQUIRE(opened.has_value());
        CAF_CHECK(seen == std::vector<std::int64_t>{1});
        CAF_CHECK_EQUAL(content_of(file), whole);
        CAF_CHECK(opened->append(entry_with(2)).has_value());
    }
    CAF_CHECK((reopen(file).second == std::vector<std::int64_t>{1, 2}));
}

CAF_TEST(a damaged line is named and nothing is written over it) {
    const temporary_directory directory;
    const auto file = directory.path() / "journal.jsonl";
    const std::string text = "{\"delivered\":[1]}\nrubbish\n{\"delivered\":[2]}\n";
    std::ofstream{file, std::ios::binary} << text;
    const auto [opened, seen] = reopen(file);
    CAF_REQUIRE(!opened.has_value());
    CAF_CHECK(opened.error().detail.find("line 2") != std::string::npos);
    CAF_CHECK_EQUAL(content_of(file), text);
}

CAF_TEST(a journal has one owner) {
    const temporary_directory directory;
    const auto file = directory.path() / "journal.jsonl";
    const auto first = reopen(file);
    CAF_REQUIRE(first.first.has_value());
    const auto second = reopen(file);
    CAF_REQUIRE(!second.first.has_value());
    CAF_CHECK(second.first.error().detail.find("in use") != std::string::npos);
    CAF_CHECK(!reopen(directory.path()).first.has_value()); // a directory
}
