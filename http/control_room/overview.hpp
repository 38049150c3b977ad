#pragma once

#include "actors/runtime/restart_log.hpp"
#include "http/control_room/exposition.hpp"
#include "http/service.hpp"
#include "persistence/queries/control_room.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace atelier::http {

/// What the metrics do not say.
struct overview_facts {
    instant at;
    std::chrono::duration<double> window{}; ///< between the two readings of the metrics
    instant today;                          ///< when it began
    std::string currency;
    std::size_t writers = 0;
    std::string log_level;
    std::vector<part_health> health;
    std::optional<queries::takings> takings;              ///< none: the database did not say
    std::optional<std::vector<queries::user_load>> users; ///< likewise
    std::vector<restart_note> restarts;

    overview_facts() = default;
};

/// The overview as JSON. Rates and times are those between the two readings, totals since the start. Pure.
[[nodiscard]] std::string overview_json(const exposition& now, const exposition& before,
                                        const overview_facts& facts);

} // namespace atelier::http
