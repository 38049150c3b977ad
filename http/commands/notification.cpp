#include "actors/domain/views.hpp"
#include "http/commands/command.hpp"
#include "http/commands/operator_call.hpp"
#include "http/commands/options.hpp"
#include "persistence/queries/back_office.hpp"

#include <cinttypes>
#include <cstdio>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier notification list [--type TYPE] [--verdict VERDICT] [--limit N]
                                     the gateway's webhooks, newest first (20)
  atelier notification replay ID [--url URL]
                                     deliver one once more

The service does the last. URL is its operator's listener, if that is not where the configuration says.
)";

constexpr std::int32_t shown = 20;

status list(pg::connection& database, const parsed_words& words) {
    const auto text = words.option("limit");
    const auto limit = text ? positive_number<std::int32_t>(*text) : std::optional{shown};
    if (!limit)
        return failure{errc::validation_failed, "that is no number"};
    const auto found = queries::list_notifications(database, words.option("type").value_or(""),
                                                   words.option("verdict").value_or(""), {}, *limit);
    if (!found)
        return found.error();
    for (const auto& n : found->data)
        std::printf("%10" PRId64 "  %-10s %s  %s\n", n.id.value, n.type.c_str(),
                    to_iso8601(n.created_at).c_str(), n.verdict.c_str());
    return done{};
}

} // namespace

int notification(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    const auto words = parse_words(call->rest, {"type", "verdict", "limit", "url"});
    const auto count = words ? words->words.size() : 0;
    const bool lists = count == 1 && words->words[0] == "list" && !words->option("url");
    const bool replays = count == 2 && words->words[0] == "replay" &&
                         positive_number<std::int64_t>(words->words[1]) &&
                         words->options.size() == words->options.count("url");
    if (!lists && !replays) {
        complain("wrong arguments; `atelier notification --help` explains");
        return misused;
    }
    return on_database(call->config, [&](pg::connection& database) {
        return lists ? list(database, *words)
                     : print_answer(database, call->config, *words,
                                    "/ops/notifications/" + words->words[1] + "/replay");
    });
}

} // namespace atelier::commands
