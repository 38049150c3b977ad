#pragma once

#include "actors/engines/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace atelier {

/// What a generation may ask of any engine; an engine leaves out what it has no use for.
struct engine_parameters {
    std::string negative_prompt;
    std::optional<std::int32_t> steps; ///< 1 to 150
    std::optional<double> guidance;    ///< 0 to 50; how closely the prompt is followed
    std::optional<double> strength;    ///< 0 to 1; how far the picture may leave the photo

    engine_parameters() = default;
};

/// Reads `engine_job::parameters`: a JSON object, or "" for none. Unknown members are ignored; a value of the
/// wrong type or out of its range is a failure that lies in the job. Pure.
[[nodiscard]] std::variant<engine_parameters, engine_failure> read_parameters(std::string_view json);

} // namespace atelier
