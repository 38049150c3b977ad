#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace atelier::http {

/// Counts what is open, connections or streams, in all and by origin, and refuses what is too many.
/// Thread-safe.
class connection_gate {
public:
    connection_gate(std::size_t connections_max, std::size_t per_origin_max);

    /// One admitted connection; leaves when destroyed. Must not outlive the gate.
    class ticket {
    public:
        ticket(ticket&& other) noexcept : gate_{other.gate_}, origin_{std::move(other.origin_)} {
            other.gate_ = nullptr;
        }
        ticket& operator=(ticket&&) = delete;
        ~ticket();

        /// Counts it for that origin from now on. False when that one has too many; it is then counted for
        /// nobody.
        [[nodiscard]] bool count_for(std::string origin);

    private:
        friend connection_gate;
        ticket(connection_gate& gate, std::string origin) : gate_{&gate}, origin_{std::move(origin)} {}

        connection_gate* gate_;
        std::string origin_;
    };

    /// Nothing when a limit is reached. `origin` is whatever they are to be counted by; "" = only in all.
    [[nodiscard]] std::optional<ticket> enter(std::string origin);
    [[nodiscard]] std::size_t open() const;
    /// So far.
    [[nodiscard]] std::uint64_t refused() const;

private:
    bool try_count(const std::string& origin);
    void discount(const std::string& origin);
    void leave(const std::string& origin);

    const std::size_t connections_max_;
    const std::size_t per_origin_max_;
    mutable std::mutex mutex_;
    std::size_t open_ = 0;
    std::uint64_t refused_ = 0;
    std::unordered_map<std::string, std::size_t> by_origin_;
};

} // namespace atelier::http
