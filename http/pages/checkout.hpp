#pragma once

#include "http/message.hpp"
#include "http/service.hpp"

#include <string_view>

/// The page on which a browser pays an order: it opens the gateway's own payment form, then watches the
/// payment and the balance until the tokens are there. In English or Russian ("en", "ru").
namespace atelier::http {

/// `key`: of this payment (checkout_key.hpp), for the page to ask how it stands.
[[nodiscard]] response checkout_page(std::string_view language, const checkout_view& view,
                                     std::string_view key);

/// The page's script; the same for every payment.
[[nodiscard]] response checkout_script();

} // namespace atelier::http
