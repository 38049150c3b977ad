#pragma once

#include "actors/gateways/sandbox/records.hpp"

#include <string>
#include <string_view>

/// The replies of the gateway's API, as JSON.
namespace atelier::http::sandbox {

[[nodiscard]] std::string transaction_model(const atelier::sandbox::transaction& t,
                                            std::string_view public_id);
[[nodiscard]] std::string subscription_model(const atelier::sandbox::subscription& s);
[[nodiscard]] std::string chargeback_model(const atelier::sandbox::chargeback& c);

/// {"Model":…,"Success":true,"Message":null}
[[nodiscard]] std::string accepted(std::string_view model = "null");
/// The call was understood, and did not work; `message` may be "".
[[nodiscard]] std::string refused(std::string_view message, std::string_view model = "null");

/// "[a,b,c]"
[[nodiscard]] std::string json_list(const std::vector<std::string>& items);

} // namespace atelier::http::sandbox
