#include "actors/domain/money.hpp"
#include "actors/domain/views.hpp"
#include "http/commands/books.hpp"
#include "http/commands/node.hpp"
#include "http/commands/options.hpp"
#include "http/commands/recorded.hpp"
#include "persistence/queries/payments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cinttypes>
#include <cstdio>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier payment list [--user ID] [--status STATUS] [--invoice NAME] [--transaction NUMBER] [--limit N]
                                     newest first (20)
  atelier payment refund ID [--amount 100.00] [--key KEY]

A refund gives back a payment, or a part of it, through the gateway, and takes its unspent tokens back in proportion. The same
key is the same refund: if the answer stays out, repeat the command with the key that it has printed.
)";

constexpr std::int32_t shown = 20;

outcome<payment_filter> filter_of(const parsed_words& words) {
    payment_filter filter;
    const auto user = words.option("user");
    const auto id = user ? positive_number<std::int64_t>(*user) : std::optional<std::int64_t>{0};
    if (!id)
        return failure{errc::validation_failed, "--user takes the id of a user"};
    filter.user.value = *id;
    if (const auto text = words.option("status")) {
        filter.status = parse_payment_status(*text);
        if (!filter.status)
            return failure{errc::validation_failed, "a payment has no such status"};
    }
    filter.invoice_id = words.option("invoice").value_or("");
    filter.transaction_id = words.option("transaction").value_or("");
    return filter;
}

status list(pg::connection& database, const parsed_words& words) {
    const auto filter = filter_of(words);
    if (!filter)
        return filter.error();
    const auto text = words.option("limit");
    const auto limit = text ? positive_number<std::int32_t>(*text) : std::optional{shown};
    if (!limit)
        return failure{errc::validation_failed, "--limit takes a number"};
    const auto found = queries::find_payments(database, *filter, {}, *limit);
    if (!found)
        return found.error();
    for (const auto& p : found->data)
        std::printf("%10" PRId64 "  user %-10" PRId64 " %-18s %12s %s  %s  %s\n", p.id.value, p.user.value,
                    std::string{to_string(p.status)}.c_str(), format_amount(p.amount_cents).c_str(),
                    p.currency.c_str(), to_iso8601(p.created_at).c_str(),
                    p.cloudpayments_transaction_id.c_str());
    return done{};
}

struct order {
    payment_id payment;
    std::optional<std::int64_t> amount_cents;
    std::string key;
};

std::optional<order> read(const arguments& rest) {
    if (rest.size() < 2 || rest.size() % 2 != 0 || rest[0] != "refund")
        return std::nullopt;
    order wanted;
    const auto& id = rest[1];
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), wanted.payment.value);
    if (error != std::errc{} || end != id.data() + id.size() || wanted.payment.value <= 0)
        return std::nullopt;
    for (std::size_t i = 2; i < rest.size(); i += 2) {
        if (rest[i] == "--key" && !rest[i + 1].empty()) {
            wanted.key = rest[i + 1];
            continue;
        }
        wanted.amount_cents = rest[i] == "--amount" ? parse_amount(rest[i + 1]) : std::nullopt;
        if (!wanted.amount_cents)
            return std::nullopt;
    }
    if (wanted.key.empty())
        wanted.key = random_key();
    return wanted;
}

} // namespace

int payment(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    const auto words = parse_words(call->rest, {"user", "status", "invoice", "transaction", "limit"});
    if (words && words->words == arguments{"list"})
        return on_database(call->config, [&](pg::connection& database) { return list(database, *words); });
    const auto wanted = read(call->rest);
    if (!wanted) {
        complain("wrong arguments; `atelier payment --help` explains");
        return misused;
    }
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto own = database ? books::open(call->config, *place) : outcome<books>{database.error()};
    outcome<made_refund> made = errc::unavailable;
    const auto refund = [&]() -> outcome<std::string> {
        made = wait_for_call<made_refund>([&](const auto& then) {
            own->office().refund(wanted->payment, wanted->amount_cents, wanted->key, then);
        });
        if (!made)
            return made.error();
        return "transaction " + made->transaction_id;
    };
    const auto detail = fmt::format(
        "payment {}, {}, key {}", wanted->payment.value,
        wanted->amount_cents ? format_amount(*wanted->amount_cents) : "all that is left", wanted->key);
    if (!own)
        made = own.error();
    else if (const auto noted = recorded(*database, "payment refund", detail, refund); !noted)
        made = noted.error();
    if (!made) {
        const auto& why = made.error();
        complain(why.fields.empty() ? (why.detail.empty() ? std::string{title(why.code)} : why.detail)
                                    : why.fields.front().detail);
        if (why.code == errc::unavailable)
            std::fprintf(stderr, "repeat it with --key %s\n", wanted->key.c_str());
        return failed;
    }
    std::printf("%s %s of payment %" PRId64 ": transaction %s\n",
                made->replayed ? "had refunded" : "refunded", format_amount(made->amount_cents).c_str(),
                wanted->payment.value, made->transaction_id.c_str());
    return success;
}

} // namespace atelier::commands
