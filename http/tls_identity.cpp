#include "http/tls_identity.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <array>
#include <string>
#include <utility>

namespace atelier::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// Of TLS 1.2; all of TLS 1.3 are sound.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

/// HTTP/1.1 for who names protocols (RFC 7301). A client that offers others only is refused, so that one
/// meant for another service is not mistaken for ours.
int select_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
    static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* selected = nullptr;
    const auto found =
        SSL_select_next_proto(&selected, size, ours.data(), ours.size(), offered, offered_size);
    *chosen = selected;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

failure unusable(const std::filesystem::path& file, const error_code& error) {
    return {errc::unavailable, "cannot use " + file.string() + ": " + error.message()};
}

outcome<std::shared_ptr<ssl::context>> load(const std::filesystem::path& certificate,
                                            const std::filesystem::path& key) {
    auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
    auto* const native = made->native_handle();
    error_code error;
    made->set_options(ssl::context::default_workarounds | ssl::context::no_compression |
                          SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF,
                      error);
    if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(native, ciphers) != 1 || error)
        return failure{errc::unavailable, "OpenSSL does not know the ciphers of TLS 1.2"};
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS); // of connections that are idle
    SSL_CTX_set_alpn_select_cb(native, select_protocol, nullptr);
    made->use_certificate_chain_file(certificate.string(), error);
    if (error)
        return unusable(certificate, error);
    made->use_private_key_file(key.string(), ssl::context::pem, error);
    if (error)
        return unusable(key, error);
    return made;
}

} // namespace

tls_identity::tls_identity(std::filesystem::path certificate, std::filesystem::path key)
    : certificate_{std::move(certificate)}, key_{std::move(key)} {}

outcome<std::unique_ptr<tls_identity>> tls_identity::open(std::filesystem::path certificate,
                                                          std::filesystem::path key) {
    std::unique_ptr<tls_identity> opened{new tls_identity{std::move(certificate), std::move(key)}};
    if (const auto loaded = opened->reload(); !loaded)
        return loaded.error();
    return opened;
}

status tls_identity::reload() {
    auto loaded = load(certificate_, key_);
    if (!loaded)
        return loaded.error();
    const std::lock_guard lock{mutex_};
    current_ = std::move(*loaded);
    return done{};
}

std::shared_ptr<ssl::context> tls_identity::current() const {
    const std::lock_guard lock{mutex_};
    return current_;
}

} // namespace atelier::http
