#include "actors/gateways/make_gateway_client.hpp"

#include "actors/gateways/cloudpayments_client.hpp"

#include <utility>

namespace atelier {

std::unique_ptr<gateway_client> make_gateway_client(const settings& config, const std::string& url,
                                                    const std::string& secret, metrics& meters) {
    const auto& payments = config.payments;
    cloudpayments_client_settings api;
    api.access.base_url = url.empty() ? payments.api_url : url;
    api.access.public_id = payments.public_id;
    api.access.secret = secret;
    api.connections = payments.api_connections;
    api.timeout = payments.api_timeout;
    return std::make_unique<cloudpayments_client>(std::move(api), meters);
}

} // namespace atelier
