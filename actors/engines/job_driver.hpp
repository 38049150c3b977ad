#pragma once

#include "actors/engines/engine_parameters.hpp"
#include "actors/engines/remote_engine.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace atelier {

/// What is sent of a job to servers that take a photo in Base64.
struct engine_inputs {
    engine_parameters parameters;
    std::string photo; ///< in Base64
    picture_size size; ///< of the photo
};
/// Reads them, once the photo has that shape. Blocking.
[[nodiscard]] std::variant<engine_inputs, engine_failure> read_inputs(remote_job& job, upload_shape shape);

/// A driver of servers that have jobs of their own: one is begun, and looked at under its id until it has
/// ended. A job that was accepted in an earlier life is gone on with, if the server still knows it.
class job_driver : public remote_driver {
public:
    [[nodiscard]] engine_outcome work(remote_job& job) const final;

protected:
    /// Whether the server may have given this id.
    [[nodiscard]] virtual bool is_id(const std::string& text) const = 0;
    /// The id of the job that the server has begun.
    [[nodiscard]] virtual std::variant<std::string, engine_failure> begin(remote_job& job) const = 0;
    /// Its end; nothing when the server does not know it any more.
    [[nodiscard]] virtual std::optional<engine_outcome> follow(remote_job& job,
                                                               const std::string& id) const = 0;
};

/// Whether a text is an id that may become part of a path: letters, digits and `marks`.
[[nodiscard]] bool is_path_id(std::string_view text, std::string_view marks);

} // namespace atelier
