#pragma once

#include <string>
#include <string_view>

namespace atelier {

/// What a payer's browser shows to see one page that pays, without being signed in: part of the page's
/// address, which only its user is told. `subject`: the id of a payment, or the invoice of a subscription's
/// order. 22 characters of URL-safe Base64, made of the gateway's secret.
[[nodiscard]] std::string checkout_key(std::string_view subject, std::string_view secret);

/// In constant time.
[[nodiscard]] bool is_checkout_key(std::string_view key, std::string_view subject, std::string_view secret);

} // namespace atelier
