#include "actors/domain/money.hpp"
#include "http/catalogue_command.hpp"
#include "http/commands/command.hpp"
#include "http/commands/options.hpp"
#include "http/commands/recorded.hpp"
#include "persistence/migrate.hpp"
#include "persistence/queries/management_catalogue.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The commands `style`, `package` and `plan`: the same words about three kinds of things. What they say
/// becomes the JSON of the operator's listener, and is read by the same rules.
namespace atelier::commands {
namespace {

namespace json = boost::json;
using http::edit_purpose;

constexpr std::string_view style_usage = R"(Usage:
  atelier style list                      all, also those that are retired
  atelier style create NAME --prompt TEXT
  atelier style change ID --prompt TEXT   {room_type} and {style} in it are filled in
  atelier style retire ID                 customers cannot choose it any more; what was made stays
  atelier style restore ID                they can again
)";
constexpr std::string_view package_usage = R"(Usage:
  atelier package list                    all, also those that are retired
  atelier package create NAME --tokens N --price 990.00 --days N
  atelier package change ID [--tokens N] [--price 990.00] [--days N]
                                          only while nobody has ordered it
  atelier package retire ID               it is not for sale any more; orders go on
  atelier package restore ID              it is again
)";
constexpr std::string_view plan_usage = R"(Usage:
  atelier plan list                       all, also those that are retired
  atelier plan create NAME --tokens N --price 990.00 --interval day|week|month --count N
  atelier plan change ID [--tokens N] [--price 990.00] [--interval day|week|month] [--count N]
                                          only while nobody has ordered it
  atelier plan retire ID                  it is not for sale any more; subscriptions go on
  atelier plan restore ID                 it is again
)";

enum class value_kind : std::uint8_t { text, number, money };

/// An option, and the member that it stands for.
struct option {
    std::string_view name;
    std::string_view member;
    value_kind kind;
};
constexpr std::array options{
    option{"prompt", "prompt", value_kind::text},      option{"tokens", "tokens_amount", value_kind::number},
    option{"price", "price_cents", value_kind::money}, option{"days", "validity_days", value_kind::number},
    option{"interval", "interval", value_kind::text},  option{"count", "interval_count", value_kind::number},
};

/// What one of the commands works with.
template <class Id, class Edit, class Record>
struct shelf {
    std::string name;
    std::string_view usage;
    std::set<std::string> options;
    outcome<Edit> (*read)(const http::request&, edit_purpose);
    outcome<std::vector<Record>> (*list)(pg::connection&);
    outcome<Record> (*add)(pg::connection&, const Edit&, instant);
    outcome<Record> (*change)(pg::connection&, Id, const Edit&, instant);
    std::string (*line)(const Record&);
};

std::string_view standing(bool active) {
    return active ? "active" : "retired";
}

std::string style_line(const managed_style& m) {
    return fmt::format("{:>4}  {:7}  {}", m.style.id.value, standing(m.active), m.style.name);
}

std::string package_line(const token_package_record& p) {
    return fmt::format("{:>4}  {:7}  {}: {} tokens for {}, valid {} days", p.id.value, standing(p.active),
                       p.name, p.tokens_amount, format_amount(p.price_cents), p.validity_days);
}

std::string plan_line(const subscription_plan_record& p) {
    return fmt::format("{:>4}  {:7}  {}: {} tokens for {} {} every {} {}", p.id.value, standing(p.active),
                       p.name, p.tokens_amount, format_amount(p.price_cents), p.currency, p.interval_count,
                       p.interval);
}

/// The options, all of them known, as members; nothing when one is no number.
std::optional<json::object> members_of(const parsed_words& words) {
    json::object members;
    for (const auto& [name, text] : words.options) {
        const auto* known = std::ranges::find(options, name, &option::name);
        if (known->kind == value_kind::text) {
            members[known->member] = std::string_view{text};
            continue;
        }
        const auto number =
            known->kind == value_kind::money ? parse_amount(text) : positive_number<std::int64_t>(text);
        if (!number)
            return std::nullopt;
        members[known->member] = *number;
    }
    return members;
}

http::request as_request(const json::object& members) {
    http::request r;
    r.headers.emplace_back("content-type", "application/json");
    r.body = json::serialize(members);
    r.body_size = r.body.size();
    return r;
}

std::string reason(const failure& why) {
    if (!why.fields.empty())
        return why.fields.front().field + ": " + why.fields.front().detail;
    return why.detail.empty() ? std::string{title(why.code)} : why.detail;
}

template <class Shelf>
status show_all(pg::connection& database, const Shelf& things) {
    const auto all = things.list(database);
    if (!all)
        return all.error();
    for (const auto& record : *all)
        std::printf("%s\n", things.line(record).c_str());
    return done{};
}

/// Does what the words say, and prints the record as it is then.
template <class Id, class Edit, class Record>
status edit(pg::connection& database, const settings& config, const shelf<Id, Edit, Record>& things,
            const std::string& verb, const std::string& subject, json::object members) {
    const bool creates = verb == "create";
    if (creates)
        members["name"] = subject;
    else if (verb != "change")
        members["active"] = verb == "restore";
    const auto said = as_request(members);
    auto wanted = things.read(said, creates ? edit_purpose::create : edit_purpose::change);
    if (!wanted)
        return wanted.error();
    if constexpr (requires { wanted->currency; })
        wanted->currency = config.payments.currency;
    const auto detail = creates ? said.body : subject + ' ' + said.body;
    const auto made = recorded(database, things.name + ' ' + verb, detail, [&]() -> outcome<std::string> {
        const auto now = system_clock{}.now();
        const auto record =
            creates ? things.add(database, *wanted, now)
                    : things.change(database, Id{*positive_number<std::int64_t>(subject)}, *wanted, now);
        if (!record)
            return record.error();
        return things.line(*record);
    });
    if (!made)
        return made.error();
    std::printf("%s\n", made->c_str());
    return done{};
}

/// Whether the words are a sentence of these commands, but for `list`.
bool is_edit(const parsed_words& words) {
    const auto& w = words.words;
    if (w.size() != 2 || w[1].empty())
        return false;
    if (w[0] == "create")
        return true;
    if (!positive_number<std::int64_t>(w[1]))
        return false;
    return words.options.empty() ? w[0] == "retire" || w[0] == "restore" : w[0] == "change";
}

template <class Id, class Edit, class Record>
int run(const arguments& args, const shelf<Id, Edit, Record>& things) {
    int exit_status = success;
    const auto call = begin(args, things.usage, exit_status);
    if (!call)
        return exit_status;
    const auto words = parse_words(call->rest, things.options);
    const bool lists = words && words->options.empty() && words->words == std::vector<std::string>{"list"};
    const auto members = words && (lists || is_edit(*words)) ? members_of(*words) : std::nullopt;
    if (!members) {
        complain("wrong arguments; `atelier " + things.name + " --help` explains");
        return misused;
    }
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto result = database ? check_schema(*database) : status{database.error()};
    if (result)
        result = lists ? show_all(*database, things)
                       : edit(*database, call->config, things, words->words[0], words->words[1], *members);
    if (!result) {
        complain(result.error().code == errc::not_found ? "there is no such " + things.name
                                                        : reason(result.error()));
        return failed;
    }
    return success;
}

} // namespace

int style(const arguments& args) {
    return run(args, shelf<style_id, style_edit, managed_style>{"style",
                                                                style_usage,
                                                                {"prompt"},
                                                                http::read_style_edit,
                                                                queries::list_managed_styles,
                                                                queries::add_style,
                                                                queries::change_style,
                                                                style_line});
}

int package(const arguments& args) {
    return run(args, shelf<token_package_id, token_package_edit, token_package_record>{
                         "package",
                         package_usage,
                         {"tokens", "price", "days"},
                         http::read_package_edit,
                         queries::list_managed_packages,
                         queries::add_package,
                         queries::change_package,
                         package_line});
}

int plan(const arguments& args) {
    return run(args, shelf<plan_id, subscription_plan_edit, subscription_plan_record>{
                         "plan",
                         plan_usage,
                         {"tokens", "price", "interval", "count"},
                         http::read_plan_edit,
                         queries::list_managed_plans,
                         queries::add_plan,
                         queries::change_plan,
                         plan_line});
}

} // namespace atelier::commands
