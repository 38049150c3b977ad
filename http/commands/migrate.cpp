#include "persistence/migrate.hpp"

#include "http/commands/command.hpp"

#include <cstdio>

namespace atelier::commands {

int migrate(const arguments& args) {
    int exit_status = success;
    const auto call =
        begin(args, "Usage: atelier migrate\n\nBrings the database's schema up to date.\n", exit_status);
    if (!call)
        return exit_status;
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto applied =
        database ? atelier::migrate(*database) : outcome<std::vector<std::string>>{database.error()};
    if (!applied) {
        complain(applied.error().detail);
        return failed;
    }
    for (const auto& name : *applied)
        std::printf("applied %s\n", name.c_str());
    std::printf("the schema is up to date\n");
    return success;
}

} // namespace atelier::commands
