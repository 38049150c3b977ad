#pragma once

#include "actors/domain/outcome.hpp"
#include "config/settings.hpp"
#include "persistence/cluster.hpp"
#include "persistence/pg/connection.hpp"
#include "persistence/var_directory.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The subcommands of the program, one file each. Each gets its own arguments and returns the exit status;
/// whatever goes wrong is one clear line on standard error.
namespace atelier::commands {

/// Exit statuses.
inline constexpr int success = 0;
inline constexpr int failed = 1;  ///< it was tried, and did not work or found something wrong
inline constexpr int misused = 2; ///< the arguments or the configuration are wrong

using arguments = std::vector<std::string>;

int serve(const arguments& args);
int migrate(const arguments& args);
int seed(const arguments& args);
int audit(const arguments& args);
int doctor(const arguments& args);
int user(const arguments& args);
int operators(const arguments& args);
int sandbox(const arguments& args);
int payment(const arguments& args);
int notification(const arguments& args);
int generation(const arguments& args);
int reconcile(const arguments& args);
int style(const arguments& args);
int package(const arguments& args);
int plan(const arguments& args);

struct description {
    std::string_view name;
    std::string_view summary;
    int (*run)(const arguments&);
};
[[nodiscard]] std::span<const description> all();

// -- what several of them need
// --------------------------------------------------------------------------------

/// Prints "error: …" on standard error.
void complain(std::string_view what);

/// The arguments that every subcommand takes: `--config FILE`, `--set NAME=VALUE` (repeatable), `--help`.
struct invocation {
    settings config;
    std::optional<std::filesystem::path> file; ///< that was read for it
    arguments rest;                            ///< what is left for the subcommand itself
};
/// Reads them and loads the configuration. An empty result means: exit with `exit_status`; everything has
/// been said.
[[nodiscard]] std::optional<invocation> begin(const arguments& args, std::string_view usage,
                                              int& exit_status);

/// The state directory and the database, for a command beside or without a running service.
struct workplace {
    var_directory var;
    std::optional<cluster> own; ///< when no other database was configured
    std::string conninfo;
};
/// Opens them; starts the own cluster if it is not running.
[[nodiscard]] outcome<workplace> open_workplace(const settings& config, var_directory::use how);

/// A connection for work that may take its time.
[[nodiscard]] outcome<pg::connection> connect(const workplace& place);

/// Does `work` on a database whose schema is up to date, and says why if it fails. → the exit status.
[[nodiscard]] int on_database(const settings& config, const std::function<status(pg::connection&)>& work);

} // namespace atelier::commands
