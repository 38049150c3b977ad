#pragma once

#include "actors/domain/ids.hpp"

#include <string>
#include <string_view>

namespace atelier {

/// What a payer's browser shows to see the page of one payment, without being signed in: part of the page's
/// address, which only its user is told. 22 characters of URL-safe Base64, made of the gateway's secret.
[[nodiscard]] std::string checkout_key(payment_id payment, std::string_view secret);

/// In constant time.
[[nodiscard]] bool is_checkout_key(std::string_view key, payment_id payment, std::string_view secret);

} // namespace atelier
