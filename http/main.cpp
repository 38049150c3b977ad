#include "config/version.hpp"
#include "http/commands/command.hpp"

#include <cstdio>
#include <string_view>

namespace {

constexpr std::string_view introduction =
    R"(atelier: the back end of a token-metered AI interior-design service

Usage: atelier COMMAND [OPTIONS]

Commands:
)";

void print_help() {
    std::printf("%.*s", static_cast<int>(introduction.size()), introduction.data());
    for (const auto& command : atelier::commands::all())
        std::printf("  %-8.*s  %.*s\n", static_cast<int>(command.name.size()), command.name.data(),
                    static_cast<int>(command.summary.size()), command.summary.data());
    std::printf("\n`atelier COMMAND --help` says more.\n");
}

} // namespace

int main(int argc, char** argv) {
    using namespace atelier::commands;
    const arguments args(argv + 1, argv + argc);
    if (args.empty() || args.front() == "--help" || args.front() == "-h" || args.front() == "help") {
        print_help();
        return args.empty() ? misused : success;
    }
    if (args.front() == "--version") {
        const auto version = atelier::version();
        std::printf("atelier %.*s\n", static_cast<int>(version.size()), version.data());
        return success;
    }
    for (const auto& command : all())
        if (command.name == args.front())
            return command.run({args.begin() + 1, args.end()});
    complain("there is no command '" + args.front() + "'; `atelier --help` lists them");
    return misused;
}
