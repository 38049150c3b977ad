#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/gateways/sandbox/delivery.hpp"
#include "actors/gateways/sandbox/records.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::sandbox {

/// An answer that is given again when the same X-Request-ID comes again.
struct kept_reply {
    std::string request_id;
    std::string body;
    instant at;

    kept_reply() = default;
};

/// One line of the journal: what became true at once.
struct journal_entry {
    changes what;                        ///< its messages are in `deliveries`
    std::vector<delivery> deliveries;    ///< new ones, and those that are to be repeated
    std::vector<std::int64_t> delivered; ///< accepted, or given up
    std::optional<kept_reply> reply;
    std::optional<microseconds> clock_offset; ///< how far the gateway's time is ahead

    journal_entry() = default;
};

/// One line of JSON, without its end.
[[nodiscard]] std::string to_json(const journal_entry& entry);
/// Nothing for what is no such line.
[[nodiscard]] std::optional<journal_entry> parse_journal_entry(std::string_view line);

/// A file to which whole lines are added, and which only its user may read. What was added survives the
/// process, though not a loss of power. Belongs to one thread at a time.
class journal {
public:
    /// Opens or makes the file, and its directory, and hands every entry to `replay`, oldest first. A torn
    /// last line, of a process that was killed while it wrote, is cut off. Errors (`unavailable`, for
    /// people): a line that cannot be read, the file system, another process that has the file open.
    [[nodiscard]] static outcome<journal> open(const std::filesystem::path& file,
                                               const std::function<void(const journal_entry&)>& replay);
    journal(journal&& other) noexcept;
    journal& operator=(journal&& other) noexcept;
    ~journal();

    /// Errors: unavailable; then nothing of the entry is in the file.
    [[nodiscard]] status append(const journal_entry& entry);

private:
    journal(int file, std::int64_t size) : file_{file}, size_{size} {}

    int file_;
    std::int64_t size_;
};

} // namespace atelier::sandbox
