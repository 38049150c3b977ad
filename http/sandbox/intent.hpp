#pragma once

#include "actors/gateways/sandbox/gateway.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>

namespace atelier::http::sandbox {

/// A payer who pays with a card.
struct card_payment {
    atelier::sandbox::order what;
    std::string card;
    atelier::sandbox::authentication holder = atelier::sandbox::authentication::confirm;

    card_payment() = default;
};

/// Reads the parameters of the widget's `start`, beside which stand `card` and perhaps `three_d_secure`
/// ("confirm", "reject" or "ask"). What the sandbox has no use for is ignored. Errors: malformed_json,
/// unsupported_media_type, validation_failed. Source of the parameters: CloudPayments developer
/// documentation, "Виджет" (widget).
[[nodiscard]] outcome<card_payment> read_card_payment(const request& r, std::string_view public_id);

} // namespace atelier::http::sandbox
