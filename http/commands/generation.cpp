#include "actors/domain/views.hpp"
#include "http/commands/command.hpp"
#include "http/commands/operator_call.hpp"
#include "http/commands/options.hpp"
#include "persistence/queries/generations.hpp"

#include <cinttypes>
#include <cstdio>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier generation list [--user ID] [--status STATUS] [--limit N]
                                     newest first (20); queued, running, succeeded or failed
  atelier generation cancel ID [--url URL]
                                     end one that is under way; its tokens go back
  atelier generation retry ID [--url URL]
                                     make one like it that has failed, for the tokens that went back

The service does the last two. URL is its operator's listener, if that is not where the configuration says.
)";

constexpr std::int32_t shown = 20;

status list(pg::connection& database, const parsed_words& words) {
    generation_filter filter;
    if (const auto text = words.option("status")) {
        filter.status = parse_generation_status(*text);
        if (!filter.status)
            return failure{errc::validation_failed, "a status is queued, running, succeeded or failed"};
    }
    const auto number = [&words](const char* name, std::int32_t otherwise) {
        const auto text = words.option(name);
        return text ? positive_number<std::int32_t>(*text) : std::optional{otherwise};
    };
    const auto user = number("user", 0);
    const auto limit = number("limit", shown);
    if (!user || !limit)
        return failure{errc::validation_failed, "that is no number"};
    const auto found = *user > 0 ? queries::list_generations(database, user_id{*user}, {}, *limit, filter)
                                 : queries::find_generations(database, filter.status, {}, *limit);
    if (!found)
        return found.error();
    for (const auto& g : found->data)
        std::printf("%10" PRId64 "  user %-10" PRId64 " %-9s  %s  %s\n", g.id.value, g.user.value,
                    std::string{to_string(g.status)}.c_str(), to_iso8601(g.created_at).c_str(),
                    g.error.c_str());
    return done{};
}

} // namespace

int generation(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    const auto words = parse_words(call->rest, {"user", "status", "limit", "url"});
    const auto count = words ? words->words.size() : 0;
    const bool lists = count == 1 && words->words[0] == "list" && !words->option("url");
    const bool acts = count == 2 && (words->words[0] == "cancel" || words->words[0] == "retry") &&
                      positive_number<std::int64_t>(words->words[1]) &&
                      words->options.size() == words->options.count("url");
    if (!lists && !acts) {
        complain("wrong arguments; `atelier generation --help` explains");
        return misused;
    }
    return on_database(call->config, [&](pg::connection& database) {
        return lists ? list(database, *words)
                     : print_answer(database, call->config, *words,
                                    "/ops/generations/" + words->words[1] + '/' + words->words[0]);
    });
}

} // namespace atelier::commands
