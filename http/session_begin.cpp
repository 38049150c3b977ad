#include "http/proxy_header.hpp"
#include "http/session.hpp"
#include "http/tls_identity.hpp"

#include <boost/asio/ssl/context.hpp>

namespace atelier::http {

namespace asio = boost::asio;

/// What comes before the first request: a word of the proxy, and TLS. False: there will be none.
asio::awaitable<bool> session::welcome() {
    const auto& shared = scope_.shared;
    behind_proxy_ = shared.options.trusted_proxies.contains(peer_);
    if (shared.options.proxy_protocol && behind_proxy_) {
        const bool heard = co_await hear_proxy();
        if (!heard)
            co_return false;
    }
    if (shared.options.identity == nullptr)
        co_return true;
    connection_.expire_after(shared.bounds.header_timeout);
    const bool secured = co_await connection_.secure(shared.options.identity->current());
    if (!secured)
        shared.refused("tls_handshake");
    else
        connection_.expire_never();
    co_return secured;
}

/// Learns from the PROXY header who the peer is.
asio::awaitable<bool> session::hear_proxy() {
    const auto& shared = scope_.shared;
    connection_.expire_after(shared.bounds.header_timeout);
    for (;;) {
        const auto header = read_proxy_header(connection_.received());
        if (!header) {
            shared.refused("proxy_header");
            break;
        }
        if (*header) {
            const auto& source = (*header)->source_address;
            if (!source.empty() && ticket_ && !ticket_->count_for(customer_network(source)))
                break;
            if (!source.empty()) {
                peer_ = source;
                behind_proxy_ = shared.options.trusted_proxies.contains(peer_);
            }
            connection_.consume((*header)->size);
            connection_.expire_never();
            co_return true;
        }
        const bool more = co_await connection_.receive(proxy_header_max);
        if (!more)
            break;
    }
    co_return false;
}

} // namespace atelier::http
