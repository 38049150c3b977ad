#include "persistence/seed.hpp"

#include "http/commands/command.hpp"
#include "persistence/migrate.hpp"

#include <cstdio>

namespace atelier::commands {

int seed(const arguments& args) {
    int exit_status = success;
    const auto call =
        begin(args,
              "Usage: atelier seed\n\nAdds the styles, token packages and subscription plans that are "
              "missing. What is there is not changed.\n",
              exit_status);
    if (!call)
        return exit_status;
    auto place = open_workplace(call->config, var_directory::use::shared);
    auto database = place ? connect(*place) : outcome<pg::connection>{place.error()};
    auto ready = database ? check_schema(*database) : status{database.error()};
    auto added = ready ? atelier::seed(*database, system_clock{}.now()) : outcome<seeded>{ready.error()};
    if (!added) {
        complain(added.error().detail);
        return failed;
    }
    std::printf("added %zu styles, %zu token packages, %zu subscription plans\n", added->styles,
                added->token_packages, added->subscription_plans);
    return success;
}

} // namespace atelier::commands
