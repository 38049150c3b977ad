#pragma once

#include "actors/domain/outcome.hpp"
#include "config/settings.hpp"
#include "http/commands/options.hpp"
#include "persistence/pg/connection.hpp"

#include <string>

namespace atelier::commands {

/// Where a running service is asked.
struct operator_listener {
    std::string url; ///< "" = where the configuration says
    const settings* config = nullptr;
};

/// Has the service that runs on this machine do something that only its actors can: POST `path` on the
/// operator's listener, with a token that is made for this call and ends with it; so it stands in the audit
/// log. → the body of the answer. Errors: unavailable when no service answers; otherwise what it says.
[[nodiscard]] outcome<std::string> post_as_operator(pg::connection& database, const operator_listener& where,
                                                    const std::string& path);
/// The same at the listener that the option `--url` names, if it is there; prints the answer.
[[nodiscard]] status print_answer(pg::connection& database, const settings& config, const parsed_words& words,
                                  const std::string& path);

} // namespace atelier::commands
