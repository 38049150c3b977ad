#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace atelier {

/// A database key that cannot be mistaken for the key of another table. 0 means "none".
template <class Tag>
struct id {
    std::int64_t value = 0;

    constexpr id() = default;
    constexpr explicit id(std::int64_t v) : value{v} {}
    constexpr explicit operator bool() const { return value != 0; }
    friend constexpr auto operator<=>(id, id) = default;
};

using user_id = id<struct user_tag>;
using session_id = id<struct session_tag>;
using api_key_id = id<struct api_key_tag>;
/// A row of the audit log, operator_actions.
using action_id = id<struct action_tag>;
using image_id = id<struct image_tag>;
using blob_id = id<struct blob_tag>;
using attachment_id = id<struct attachment_tag>;
using style_id = id<struct style_tag>;
using generation_id = id<struct generation_tag>;
using token_package_id = id<struct token_package_tag>;
/// A lot of tokens: a row of token_purchases.
using purchase_id = id<struct purchase_tag>;
/// A row of the journal, token_transactions.
using transaction_id = id<struct transaction_tag>;
using payment_id = id<struct payment_tag>;
/// A row of gateway_notifications.
using notification_id = id<struct notification_tag>;
using plan_id = id<struct plan_tag>;
using subscription_id = id<struct subscription_tag>;
using webhook_endpoint_id = id<struct webhook_endpoint_tag>;
/// A row of the outbox that goes to a webhook endpoint.
using webhook_delivery_id = id<struct webhook_delivery_tag>;

/// The tables whose keys are taken in blocks before their rows are written, so that rows of one commit
/// can refer to each other.
enum class id_sequence : std::uint8_t {
    images,
    active_storage_blobs,
    active_storage_attachments,
    generations,
    token_purchases,
    token_transactions,
    payments,
    subscriptions,
};
inline constexpr std::size_t id_sequence_count = 8;

/// Hands out fresh keys without waiting. Thread-safe.
class id_source {
public:
    virtual ~id_source() = default;
    /// The next unused key of `sequence`, or 0 when the supply has run dry (the database did not deliver more
    /// in time): the caller refuses with `errc::overloaded`.
    [[nodiscard]] virtual std::int64_t next(id_sequence sequence) = 0;
};

} // namespace atelier

template <class Tag>
struct std::hash<atelier::id<Tag>> {
    std::size_t operator()(atelier::id<Tag> i) const noexcept {
        // Fibonacci hashing: neighbouring keys spread over shards and buckets.
        return static_cast<std::size_t>(static_cast<std::uint64_t>(i.value) * 0x9E3779B97F4A7C15ULL >> 7U);
    }
};
