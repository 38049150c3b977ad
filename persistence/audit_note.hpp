#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace atelier {

/// What the last audit found, kept in the state directory: the service, which shows it as a metric, is
/// another process.
struct audit_note {
    instant finished_at;
    std::int64_t violations = 0;
};
[[nodiscard]] status write_audit_note(const std::filesystem::path& var, const audit_note& note);
/// Empty when there is none, or none that can be read.
[[nodiscard]] std::optional<audit_note> read_audit_note(const std::filesystem::path& var);

} // namespace atelier
