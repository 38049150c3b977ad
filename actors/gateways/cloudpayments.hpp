#pragma once

#include "actors/gateways/gateway.hpp"

namespace atelier {

struct cloudpayments_settings {
    std::string public_id;         ///< of the terminal; safe for the browser
    std::string culture = "ru-RU"; ///< language of the payment form: ru-RU, en-US, kk-KZ
    std::string skin = "modern";   ///< look of the payment form: classic, modern, mini
};

/// CloudPayments. Its payment form is a script that browsers load from
/// https://widget.cloudpayments.ru/bundles/cloudpayments.js; the checkout parameters are the argument of
/// `new cp.CloudPayments().start(…)`, for a payment in one stage.
/// Source: CloudPayments developer documentation, "Платежный виджет" (payment widget).
class cloudpayments final : public gateway {
public:
    explicit cloudpayments(cloudpayments_settings settings) : settings_{std::move(settings)} {}

    [[nodiscard]] std::string_view name() const override { return "cloudpayments"; }
    [[nodiscard]] std::string checkout_parameters(const checkout_order& order) const override;

private:
    cloudpayments_settings settings_;
};

} // namespace atelier
