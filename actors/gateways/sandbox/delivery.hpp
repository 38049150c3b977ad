#pragma once

#include "actors/domain/random.hpp"
#include "actors/gateways/sandbox/records.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace atelier::sandbox {

/// A notification on its way to the shop.
struct delivery {
    std::int64_t id = 0;
    message what;
    int tries = 0;
    instant due;
    bool once = false;   ///< a copy: never repeated
    bool forged = false; ///< its signatures are wrong

    delivery() = default;
    friend bool operator==(const delivery&, const delivery&) = default;
};

/// What may go wrong on the way, each in percent of the notifications. Checks always go through.
struct chaos {
    int duplicates = 0; ///< comes twice
    int delays = 0;     ///< comes up to two minutes later, hence in another order
    int drops = 0;      ///< the first delivery is lost; the schedule of repeats brings the notification
    int forgeries = 0;  ///< a copy with wrong signatures comes, too

    chaos() = default;
};

/// When notifications are delivered.
class schedule {
public:
    /// `minute` is the length of one. `random` must outlive the schedule.
    schedule(std::chrono::milliseconds minute, chaos odds, random_source& random)
        : minute_{minute}, odds_{odds}, random_{random} {}

    /// The deliveries of new messages, copies included, with ids from `next_id` on, which is moved past them.
    [[nodiscard]] std::vector<delivery> plan(std::vector<message> messages, instant now,
                                             std::int64_t& next_id);
    /// The pause after so many tries: 1, 2, 5, 10, 30, 30, … minutes. Source: CloudPayments developer
    /// documentation, "Уведомления" (notifications); that 30 stays is inferred.
    [[nodiscard]] microseconds pause_after(int tries) const;

private:
    [[nodiscard]] bool happens(int percent);

    std::chrono::milliseconds minute_;
    chaos odds_;
    random_source& random_;
};

} // namespace atelier::sandbox
