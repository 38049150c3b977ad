#include "config/print.hpp"
#include "http/commands/checkup.hpp"
#include "http/commands/command.hpp"

#include <iostream>

namespace atelier::commands {
namespace {

constexpr std::string_view usage = R"(Usage:
  atelier doctor                     check what the service needs, and say what to do
  atelier doctor --settings          list every setting: name, type, default, range, environment variable
  atelier doctor --effective         print the settings as they are now; secrets are not shown
)";

bool check_everything(const invocation& call) {
    checkup all;
    all.add("configuration", done{}, "");
    check_permissions(call.config, call.file, all);
    const auto place = open_workplace(call.config, var_directory::use::shared);
    all.add("state", place ? status{done{}} : status{place.error()},
            "look at the message; `var` must be writable, and PostgreSQL 15 installed or database.url set");
    if (place) {
        check_files(call.config, *place, all);
        check_database(*place, all);
        check_engines(call.config, *place, all);
    }
    check_gateway(call.config, all);
    check_mail(call.config, all);
    return all.good();
}

} // namespace

int doctor(const arguments& args) {
    int exit_status = success;
    const auto call = begin(args, usage, exit_status);
    if (!call)
        return exit_status;
    if (call->rest == arguments{"--settings"}) {
        print_settings(std::cout);
        return success;
    }
    if (call->rest == arguments{"--effective"}) {
        print_effective(std::cout, call->config);
        return success;
    }
    if (!call->rest.empty()) {
        complain("wrong arguments; `atelier doctor --help` explains");
        return misused;
    }
    return check_everything(*call) ? success : failed;
}

} // namespace atelier::commands
