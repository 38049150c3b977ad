#include "actors/domain/views.hpp"
#include "http/commands/command.hpp"
#include "http/commands/operator_call.hpp"
#include "http/commands/options.hpp"
#include "persistence/migrate.hpp"
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

status replay(pg::connection& database, const settings& config, const parsed_words& words) {
    const auto answer = post_as_operator(database, {words.option("url").value_or(""), &config},
                                         "/ops/notifications/" + words.words[1] + "/replay");
    if (!answer)
        return answer.error();
    std::printf("%s\n", answer->c_str());
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
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto result = database ? check_schema(*database) : status{database.error()};
    if (result)
        result = lists ? list(*database, *words) : replay(*database, call->config, *words);
    if (!result) {
        complain(result.error().detail);
        return failed;
    }
    return success;
}

} // namespace atelier::commands
