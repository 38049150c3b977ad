#include "actors/domain/money.hpp"
#include "http/commands/books.hpp"
#include "http/commands/progress_teller.hpp"
#include "http/commands/recorded.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage: atelier reconcile [--day YYYY-MM-DD]

Compares a day's payments and refunds (UTC; otherwise yesterday's) with the gateway's. What the gateway knows and the
books do not is made up for, as if its notification had come; everything that differed is listed. It may be repeated,
and run while notifications arrive. Exits with 0 only if nothing is left that somebody has to look at.
)";

/// Made up for: nobody has to look at it.
bool is_settled(const reconciliation_difference& d) {
    return d.kind.starts_with("missed_");
}

void print(const reconciliation_report& report) {
    std::printf("%s: %" PRId64 " transactions at the gateway, %" PRId64 " agreed, %zu differences\n",
                to_string(report.day).c_str(), report.transactions, report.agreed, report.differences.size());
    for (const auto& d : report.differences)
        std::printf("  %-18s transaction %s, invoice %s, %s: %s\n", d.kind.c_str(), d.transaction_id.c_str(),
                    d.invoice_id.empty() ? "-" : d.invoice_id.c_str(), format_amount(d.amount_cents).c_str(),
                    d.detail.c_str());
}

std::optional<std::chrono::sys_days> day_of(const arguments& rest) {
    if (rest.empty())
        return std::chrono::floor<std::chrono::days>(system_clock{}.now()) - std::chrono::days{1};
    if (rest.size() != 2 || rest[0] != "--day")
        return std::nullopt;
    return parse_day(rest[1]);
}

} // namespace

int reconcile(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    const auto day = day_of(call->rest);
    if (!day) {
        complain("wrong arguments; `atelier reconcile --help` explains");
        return misused;
    }
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto own = database ? books::open(call->config, *place) : outcome<books>{database.error()};
    outcome<reconciliation_report> report = errc::unavailable;
    const auto compare = [&]() -> outcome<std::string> {
        const progress_teller teller{[&] { return own->office().reconciling(); }};
        report = wait_for_call<reconciliation_report>(
            [&](const auto& then) { own->office().reconcile(*day, then); });
        if (!report)
            return report.error();
        return std::to_string(report->differences.size()) + " differences";
    };
    if (!own)
        report = own.error();
    else if (const auto noted = recorded(*database, "reconcile", to_string(*day), compare); !noted)
        report = noted.error();
    if (!report) {
        complain(report.error().detail.empty() ? title(report.error().code) : report.error().detail);
        return failed;
    }
    print(*report);
    return std::ranges::all_of(report->differences, is_settled) ? success : failed;
}

} // namespace atelier::commands
