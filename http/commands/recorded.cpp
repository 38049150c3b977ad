#include "http/commands/recorded.hpp"

#include "http/commands/command.hpp"
#include "persistence/queries/operators.hpp"

#include <array>
#include <pwd.h>
#include <unistd.h>

namespace atelier::commands {

std::string operator_here() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> text{};
    if (::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
        return std::string{"cli:"} + found->pw_name;
    return "cli:" + std::to_string(::getuid());
}

outcome<std::string> recorded(pg::connection& database, const std::string& action, const std::string& detail,
                              const std::function<outcome<std::string>()>& work) {
    const system_clock time;
    operator_action entry;
    entry.who = operator_here();
    entry.action = action;
    entry.detail = detail;
    entry.begun_at = time.now();
    const auto begun = queries::begin_action(database, entry);
    if (!begun)
        return begun.error();
    auto result = work();
    const auto how = result ? *result : std::string{to_string(result.error().code)};
    if (const auto noted = queries::end_action(database, *begun, how, time.now()); !noted)
        complain("the audit log could not be completed: " + noted.error().detail);
    return result;
}

} // namespace atelier::commands
