#include "http/commands/command.hpp"

#include "actors/mail/address.hpp"
#include "config/load.hpp"
#include "config/table.hpp"
#include "persistence/migrate.hpp"

#include <array>
#include <cstdio>
#include <map>

namespace atelier::commands {
namespace {

constexpr std::array commands{
    description{"serve", "run the service", serve},
    description{"migrate", "bring the database's schema up to date", migrate},
    description{"seed", "add the styles, packages and plans that are missing", seed},
    description{"audit", "check every invariant of the books and the files", audit},
    description{"doctor", "check configuration, database, disk and say what to do; list all settings",
                doctor},
    description{"user", "create, find and block users, grant them tokens, make their API keys", user},
    description{"operator", "tokens for the operator's listener; the audit log", operators},
    description{"sandbox", "play the payment gateway, by itself", sandbox},
    description{"payment", "find payments and give them back", payment},
    description{"notification", "the gateway's webhooks: list them, deliver one again", notification},
    description{"generation", "list generations, cancel and retry them", generation},
    description{"reconcile", "compare a day's payments with the gateway's", reconcile},
    description{"style", "list, make, change and retire styles", style},
    description{"package", "list, make, change and retire token packages", package},
    description{"plan", "list, make, change and retire subscription plans", plan},
};

constexpr std::string_view common_options = R"(
Options of every command:
  --config FILE      read settings from FILE (default: atelier.conf in this directory, if there is one)
  --set NAME=VALUE   one setting, e.g. --set http.port=9000; counts more than file and environment
  --help             this text

Every setting a.b can also be given as the environment variable ATELIER_A_B.
)";

} // namespace

std::span<const description> all() {
    return commands;
}

void complain(std::string_view what) {
    std::fprintf(stderr, "error: %.*s\n", static_cast<int>(what.size()), what.data());
}

std::optional<invocation> begin(const arguments& args, std::string_view usage, int& exit_status) {
    invocation call;
    std::optional<std::filesystem::path> file;
    std::map<std::string, std::string> overrides; // by name of the environment variable
    for (std::size_t i = 0; i < args.size(); ++i) {
        const auto& arg = args[i];
        if (arg == "--help" || arg == "-h") {
            std::printf("%.*s%.*s", static_cast<int>(usage.size()), usage.data(),
                        static_cast<int>(common_options.size()), common_options.data());
            exit_status = success;
            return std::nullopt;
        }
        if (arg != "--config" && arg != "--set") {
            call.rest.push_back(arg);
            continue;
        }
        if (++i == args.size()) {
            complain(arg + " needs a value");
            exit_status = misused;
            return std::nullopt;
        }
        if (arg == "--config") {
            file = args[i];
            continue;
        }
        const auto equals = args[i].find('=');
        const auto* known = find_setting(std::string_view{args[i]}.substr(0, equals));
        if (equals == std::string::npos || known == nullptr) {
            complain(
                "--set needs NAME=VALUE with the name of a setting; `atelier doctor --settings` lists them");
            exit_status = misused;
            return std::nullopt;
        }
        overrides[environment_name(*known)] = args[i].substr(equals + 1);
    }
    if (!file && std::filesystem::exists("atelier.conf"))
        file = "atelier.conf";
    const auto lookup = [&overrides](const std::string& name) -> std::optional<std::string> {
        if (const auto given = overrides.find(name); given != overrides.end())
            return given->second;
        return process_environment(name);
    };
    auto loaded = load(file, lookup);
    if (!loaded) {
        for (const auto& error : loaded.errors)
            complain(to_string(error));
        exit_status = misused;
        return std::nullopt;
    }
    call.config = std::move(loaded.values);
    call.file = std::move(file);
    if (!mail_sender::parse(call.config.mail.from)) {
        complain("mail.from is no mail address; write something like: Atelier <no-reply@example.com>");
        exit_status = misused;
        return std::nullopt;
    }
    return call;
}

outcome<workplace> open_workplace(const settings& config, var_directory::use how) {
    auto var = var_directory::open(config.var, how);
    if (!var)
        return var.error();
    if (!config.database.url.empty())
        return workplace{std::move(*var), std::nullopt, config.database.url};
    cluster::options options;
    options.directory = var->postgres();
    options.sockets = var->run();
    options.log = var->log() / "postgres.log";
    auto own = cluster::start(std::move(options));
    if (!own)
        return own.error();
    auto conninfo = own->conninfo();
    return workplace{std::move(*var), std::move(*own), std::move(conninfo)};
}

outcome<pg::connection> connect(const workplace& place) {
    pg::connect_options options;
    options.conninfo = place.conninfo;
    options.application_name = "atelier tool";
    return pg::connection::open(pg::without_limits(std::move(options)));
}

int on_database(const settings& config, const std::function<status(pg::connection&)>& work) {
    auto place = open_workplace(config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto result = database ? check_schema(*database) : status{database.error()};
    if (result)
        result = work(*database);
    if (!result)
        complain(result.error().detail);
    return result ? success : failed;
}

} // namespace atelier::commands
