#include "actors/domain/standard_webhook.hpp"
#include "actors/engines/replicate.hpp"

namespace atelier {

bool verify_replicate_webhook(const replicate_signature& header, const std::string& body,
                              const std::string& secret, instant now) {
    return verify_webhook({header.id, header.timestamp, header.signature}, body, secret, now);
}

} // namespace atelier
