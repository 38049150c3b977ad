#include "actors/reconciliation.hpp"

#include "actors/back_office.hpp"
#include "actors/domain/views.hpp"
#include "actors/gateways/gateway_news.hpp"
#include "actors/runtime/metrics.hpp"
#include "actors/waiting.hpp"
#include "persistence/queries/subscriptions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <utility>

namespace atelier {
namespace {

using namespace std::chrono_literals;

/// Between two tries to compare yesterday's books.
constexpr auto reconcile_pause = 10min;
/// Beyond this the gateway's list has no end.
constexpr std::int32_t most_pages = 10'000;

reconciliation_difference difference(std::string kind, const gateway_transaction& about, std::string detail) {
    reconciliation_difference d;
    d.kind = std::move(kind);
    d.transaction_id = about.transaction_id;
    d.invoice_id = about.invoice_id;
    d.amount_cents = about.amount_cents;
    d.detail = std::move(detail);
    return d;
}

/// What a webhook that was answered with this verdict tells of our books.
std::string kind_of(std::string_view verdict) {
    if (verdict == "credited" || verdict == "authorized")
        return "missed_payment";
    if (verdict == "refund_recorded" || verdict == "refund_waiting")
        return "missed_refund";
    if (verdict == "cancelled")
        return "missed_cancel";
    if (verdict == "duplicate" || verdict == "superseded" || verdict == "other_transaction" ||
        verdict == "credited_elsewhere")
        return "";
    return "not_credited";
}

} // namespace

std::string to_string(std::chrono::sys_days day) {
    return to_iso8601(day).substr(0, 10);
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t length) {
        int value = -1;
        const auto part = text.substr(from, length);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        return error == std::errc{} && end == part.data() + part.size() ? value : -1;
    };
    const int year = number(0, 4);
    const int month = number(5, 2);
    const int day = number(8, 2);
    if (year < 0 || month < 0 || day < 0)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    return date.ok() ? std::optional{std::chrono::sys_days{date}} : std::nullopt;
}

std::string reconciliation_json(const reconciliation_report& report) {
    boost::json::array differences;
    for (const auto& d : report.differences)
        differences.push_back(boost::json::object{{"kind", d.kind},
                                                  {"transaction_id", d.transaction_id},
                                                  {"invoice_id", d.invoice_id},
                                                  {"amount_cents", d.amount_cents},
                                                  {"detail", d.detail}});
    return boost::json::serialize(boost::json::object{{"day", to_string(report.day)},
                                                      {"transactions", report.transactions},
                                                      {"agreed", report.agreed},
                                                      {"differences", std::move(differences)}});
}

// -- the back office's part ---------------------------------------------------------------------------------

void back_office::reconcile(std::chrono::sys_days day, const callback<reconciliation_report>& then) {
    auto run = [this, day, then] {
        then(stopping_ ? outcome<reconciliation_report>{errc::unavailable} : reconcile_now(day));
    };
    if (!thread_.submit(std::move(run)))
        then(errc::overloaded);
}

void back_office::reconcile_when_due(std::chrono::milliseconds after) {
    const auto now = context_.time.now();
    const auto today = std::chrono::floor<std::chrono::days>(now);
    if (after.count() == 0 || now - today < after || reconciling_.exchange(true))
        return;
    const auto yesterday = today - std::chrono::days{1};
    if (reconciled_ == yesterday || now < reconcile_again_) {
        reconciling_ = false;
        return;
    }
    auto run = [this, yesterday] {
        const auto known = wait_for_query<std::optional<std::string>>(
            context_.pool, [day = to_string(yesterday)](pg::connection& database) {
                return queries::find_reconciliation(database, day);
            });
        bool done = known && *known;
        if (known && !done && !stopping_)
            done = reconcile_now(yesterday).has_value();
        if (done) {
            reconciled_ = yesterday;
            const std::chrono::duration<double> until = (yesterday + std::chrono::days{1}).time_since_epoch();
            context_.meters.reconciliation_time.Set(until.count());
        } else {
            reconcile_again_ = context_.time.now() + reconcile_pause;
        }
        reconciling_ = false;
    };
    if (!thread_.submit(run))
        reconciling_ = false;
}

outcome<reconciliation_report> back_office::reconcile_now(std::chrono::sys_days day) {
    static_cast<void>(
        comparison_.begin(to_string(day), context_.time.now())); // nobody else works on this thread
    auto report = compare_day(day);
    comparison_.end();
    if (report)
        spdlog::info("the books of {} were compared with the gateway's: {} transactions, {} differences",
                     to_string(day), report->transactions, report->differences.size());
    else
        spdlog::warn("the books of {} could not be compared with the gateway's: {}", to_string(day),
                     report.error().detail);
    return report;
}

outcome<reconciliation_report> back_office::compare_day(std::chrono::sys_days day) {
    reconciliation_report report;
    report.day = day;
    constexpr std::size_t steps = 5;
    comparison_.step(1, steps, "The gateway's transactions");
    std::set<std::string> listed;
    for (std::int32_t page = 1; page <= most_pages; ++page) {
        using transactions = gateway_page<gateway_transaction>;
        auto found = wait_for_call<transactions>([&](gateway_client::callback<transactions> then) {
            context_.gateway.list_transactions({day, day + 24h - 1s}, page, std::move(then));
        });
        if (!found)
            return found.error();
        for (const auto& transaction : found->items)
            listed.insert(transaction.transaction_id);
        if (auto compared = compare(found->items, report); !compared)
            return compared.error();
        if (!found->more)
            break;
    }
    comparison_.step(2, steps, "What was credited");
    if (auto compared = compare_credited(listed, report); !compared)
        return compared.error();
    comparison_.step(3, steps, "Subscriptions");
    if (auto asked = ask_for_subscriptions(report); !asked)
        return asked.error();
    comparison_.step(4, steps, "Chargebacks");
    if (auto compared = list_chargebacks(report); !compared)
        return compared.error();
    comparison_.step(5, steps, "The report");
    for (const auto& d : report.differences)
        context_.meters.reconciliation_difference(d.kind);
    const auto stored = wait_for_query<done>(context_.pool, [&](pg::connection& database) {
        return queries::store_reconciliation(database, to_string(day), reconciliation_json(report),
                                             context_.time.now());
    });
    if (!stored)
        return stored.error();
    return report;
}

/// What the gateway has: all of it must be in our books.
status back_office::compare(const std::vector<gateway_transaction>& listed, reconciliation_report& report) {
    std::vector<std::string> ids;
    ids.reserve(listed.size());
    for (const auto& transaction : listed)
        ids.push_back(transaction.transaction_id);
    auto credited =
        wait_for_query<std::vector<queries::known_payment>>(context_.pool, [&](pg::connection& database) {
            return queries::list_payments_by_transaction(database, ids);
        });
    if (!credited)
        return credited.error();
    auto noted = wait_for_query<std::vector<std::string>>(
        context_.pool, [&](pg::connection& database) { return queries::list_noted_refunds(database, ids); });
    if (!noted)
        return noted.error();
    std::map<std::string, queries::known_payment> known;
    for (auto& payment : *credited)
        known.emplace(payment.transaction_id, payment);
    const std::set<std::string> refunds{noted->begin(), noted->end()};
    for (const auto& transaction : listed) {
        ++report.transactions;
        const auto ours = known.find(transaction.transaction_id);
        const bool paid = ours != known.end() && transaction.type == gateway_operation::payment &&
                          transaction.status == transaction_status::completed;
        if (paid && (ours->second.amount_cents != transaction.amount_cents ||
                     ours->second.currency != transaction.currency)) {
            report.differences.push_back(difference("wrong_amount", transaction, "credited for another sum"));
            context_.meters.payment_alarm("wrong_amount");
        } else if (paid || refunds.contains(transaction.transaction_id)) {
            ++report.agreed;
        } else {
            make_up_for(transaction, report);
        }
    }
    return done{};
}

/// As if its webhook had come.
void back_office::make_up_for(const gateway_transaction& missed, reconciliation_report& report) {
    auto news = news_of(missed);
    if (!news) {
        ++report.agreed; // it moved no money
        return;
    }
    const auto told = tell(std::move(*news));
    if (!told) {
        report.differences.push_back(
            difference("not_credited", missed, std::string{to_string(told.error().code)}));
        return;
    }
    auto kind = kind_of(told->verdict);
    if (kind.empty())
        ++report.agreed;
    else
        report.differences.push_back(difference(std::move(kind), missed, told->verdict));
}

/// What we have: the gateway must know it. Its list goes by another moment than our books; whatever it does
/// not have is asked for by itself.
status back_office::compare_credited(const std::set<std::string>& listed, reconciliation_report& report) {
    auto ours =
        wait_for_query<std::vector<queries::known_payment>>(context_.pool, [&](pg::connection& database) {
            return queries::list_payments_paid(database, report.day, report.day + std::chrono::days{1});
        });
    if (!ours)
        return ours.error();
    for (const auto& payment : *ours) {
        if (listed.contains(payment.transaction_id))
            continue;
        auto found =
            wait_for_call<gateway_transaction>([&](gateway_client::callback<gateway_transaction> then) {
                context_.gateway.get_transaction(payment.transaction_id, std::move(then));
            });
        if (found || found.error().code != errc::not_found) {
            if (!found)
                return found.error();
            continue;
        }
        gateway_transaction about;
        about.transaction_id = payment.transaction_id;
        about.invoice_id = payment.invoice_id;
        about.amount_cents = payment.amount_cents;
        report.differences.push_back(difference("unknown_to_gateway", about, "credited"));
        context_.meters.payment_alarm("unknown_to_gateway");
    }
    return done{};
}

/// Subscriptions whose period is over should have been charged: if not, their Recurrent may be lost.
status back_office::ask_for_subscriptions(reconciliation_report& report) {
    auto over = wait_for_query<std::vector<std::string>>(context_.pool, [&](pg::connection& database) {
        return queries::list_gateways_past_their_period(database, report.day + std::chrono::days{1});
    });
    if (!over)
        return over.error();
    for (const auto& id : *over) {
        auto found =
            wait_for_call<gateway_subscription>([&](gateway_client::callback<gateway_subscription> then) {
                context_.gateway.get_subscription(id, std::move(then));
            });
        if (!found && found.error().code != errc::not_found)
            return found.error();
        const auto told = found ? tell(news_of(*found)) : outcome<notification_reply>{errc::not_found};
        if (told && told->verdict != "noted")
            continue;
        reconciliation_difference d;
        d.kind = told ? "missed_recurrent" : "unknown_to_gateway";
        d.detail = "subscription " + id;
        if (found)
            d.detail += " is " + std::string{to_string(found->status)};
        report.differences.push_back(std::move(d));
    }
    return done{};
}

status back_office::list_chargebacks(reconciliation_report& report) {
    for (std::int32_t page = 1; page <= most_pages; ++page) {
        using chargebacks = gateway_page<gateway_chargeback>;
        auto found = wait_for_call<chargebacks>([&](gateway_client::callback<chargebacks> then) {
            context_.gateway.list_chargebacks({report.day, report.day + 24h - 1s}, page, std::move(then));
        });
        if (!found)
            return found.error();
        for (const auto& taken : found->items) {
            reconciliation_difference d;
            d.kind = "chargeback";
            d.transaction_id = taken.transaction_id;
            d.amount_cents = taken.amount_cents;
            d.detail = taken.type + " " + taken.operation;
            report.differences.push_back(std::move(d));
            context_.meters.payment_alarm("chargeback");
            spdlog::warn("transaction {} was charged back: {} {}", taken.transaction_id, taken.type,
                         taken.operation);
        }
        if (!found->more)
            break;
    }
    return done{};
}

} // namespace atelier
