#pragma once

#include "actors/domain/outcome.hpp"
#include "persistence/pg/connection.hpp"

#include <functional>
#include <string>

namespace atelier::commands {

/// "cli:" and the name of the system's user: who operators are on the command line.
[[nodiscard]] std::string operator_here();

/// Does `work` as the operator who has started this command: notes in the audit log what is about to be done
/// (`action`, and `detail` without anything personal), does it, and notes how it went: what `work` says that
/// it has done, or the code of its failure. What cannot be noted is not done.
[[nodiscard]] outcome<std::string> recorded(pg::connection& database, const std::string& action,
                                            const std::string& detail,
                                            const std::function<outcome<std::string>()>& work);

} // namespace atelier::commands
