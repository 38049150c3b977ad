#include "persistence/audit_note.hpp"

#include <fstream>
#include <system_error>

namespace atelier {
namespace {

std::filesystem::path file_in(const std::filesystem::path& var) {
    return var / "run" / "audit";
}

} // namespace

status write_audit_note(const std::filesystem::path& var, const audit_note& note) {
    const auto file = file_in(var);
    auto draft = file;
    draft += ".new";
    std::ofstream out{draft};
    out << note.finished_at.time_since_epoch().count() << ' ' << note.violations << '\n';
    out.close();
    std::error_code error;
    if (out)
        std::filesystem::rename(draft, file, error);
    if (!out || error)
        return failure{errc::unavailable, "cannot write " + file.string()};
    return done{};
}

std::optional<audit_note> read_audit_note(const std::filesystem::path& var) {
    std::ifstream in{file_in(var)};
    std::int64_t at = 0;
    audit_note note;
    if (!(in >> at >> note.violations))
        return std::nullopt;
    note.finished_at = instant{microseconds{at}};
    return note;
}

} // namespace atelier
