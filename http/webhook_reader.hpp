#pragma once

#include "actors/gateways/cloudpayments_notification.hpp"
#include "config/address_ranges.hpp"
#include "config/settings.hpp"
#include "http/service.hpp"

#include <string>

namespace atelier::http {

/// Which webhooks are taken, and how they are written.
struct webhook_rules {
    std::string secret; ///< key of the signatures
    bool windows_1251 = false;
    address_ranges senders; ///< empty = any

    webhook_rules() = default;
    webhook_rules(const settings& config, std::string payment_secret);
};

/// A webhook that came from the right place with the right signature.
struct webhook_content {
    notification what;
    std::string problem; ///< why `what` could not be read, and has but kind and business key; "" = it could

    webhook_content() = default;
};

/// Judges and reads webhooks: pure. Thread-safe.
class webhook_reader {
public:
    explicit webhook_reader(webhook_rules rules) : rules_{std::move(rules)} {}

    /// The signature is that of the raw text; a form is read as payments.notification_encoding says, JSON as
    /// UTF-8. Errors: forbidden_address, invalid_signature.
    [[nodiscard]] outcome<webhook_content> read(const webhook& hook) const;
    /// What it says, whoever it came from.
    [[nodiscard]] webhook_content content_of(const webhook& hook) const;

private:
    [[nodiscard]] outcome<field_list> fields_of(const webhook& hook) const;

    webhook_rules rules_;
};

} // namespace atelier::http
