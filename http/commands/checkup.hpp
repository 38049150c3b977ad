#pragma once

#include "actors/domain/outcome.hpp"
#include "config/settings.hpp"
#include "http/commands/command.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

/// What `atelier doctor` looks at.
namespace atelier::commands {

/// Prints one line for each check, with the cure where it found something, and remembers whether all were
/// good.
class checkup {
public:
    void add(std::string_view what, const status& found, std::string_view cure);
    /// What should not be so, and is no failure.
    void advise(std::string_view what, const status& found, std::string_view cure);
    [[nodiscard]] bool good() const { return good_; }

private:
    static void print(std::string_view mark, std::string_view what, const status& found,
                      std::string_view cure);

    bool good_ = true;
};

/// Who may read secrets and state. Before anything is opened, as that makes what is missing.
void check_permissions(const settings& config, const std::optional<std::filesystem::path>& file,
                       checkup& all);
/// The disk, images and their copies.
void check_files(const settings& config, const workplace& place, checkup& all);
/// The database, its schema, what its role may do, and the clocks.
void check_database(const workplace& place, checkup& all);
/// The gateway's API.
void check_gateway(const settings& config, checkup& all);
/// Every engine that generations may come to.
void check_engines(const settings& config, const workplace& place, checkup& all);
/// That mails can leave, without sending one, and that their links lead somewhere.
void check_mail(const settings& config, checkup& all);

} // namespace atelier::commands
