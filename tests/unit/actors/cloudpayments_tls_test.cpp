#define CAF_SUITE cloudpayments_tls

#include "tests/support/gateway_stand_in.hpp"
#include "tests/support/test.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <csignal>

using namespace atelier;

namespace {

template <class T, void (*Free)(T*)>
struct deleter {
    void operator()(T* each) const { Free(each); }
};
using key_pointer = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY, EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, deleter<X509, X509_free>>;
using context_pointer = std::unique_ptr<SSL_CTX, deleter<SSL_CTX, SSL_CTX_free>>;
using ssl_pointer = std::unique_ptr<SSL, deleter<SSL, SSL_free>>;

/// A certificate for 127.0.0.1 that is right but for who signed it: nobody else did.
certificate_pointer self_signed(EVP_PKEY* key) {
    certificate_pointer certificate{X509_new()};
    auto* const x509 = certificate.get();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    auto* const name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("127.0.0.1"),
                               -1, -1, 0);
    X509_set_issuer_name(x509, name);
    std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION, X509_EXTENSION_free>> address{
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1")};
    X509_add_ext(x509, address.get(), -1);
    X509_sign(x509, key, EVP_sha256());
    return certificate;
}

/// Takes TLS connections one after the other and notes whether a client ever went on after the handshake.
class tls_server {
public:
    tls_server()
        : key_{EVP_EC_gen("P-256")}, certificate_{self_signed(key_.get())},
          context_{SSL_CTX_new(TLS_server_method())}, listener_{::socket(AF_INET, SOCK_STREAM, 0)} {
        std::signal(SIGPIPE, SIG_IGN); // the client ends the handshake
        SSL_CTX_use_certificate(context_.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(context_.get(), key_.get());
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 8) != 0 ||
            ::getsockname(listener_, generic, &size) != 0)
            throw std::runtime_error{"no listening socket"};
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] { serve(); }};
    }
    ~tls_server() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] bool was_told_anything() const { return told_; }

private:
    void serve() {
        for (;;) {
            const int connection = ::accept(listener_, nullptr, nullptr);
            if (connection < 0)
                return;
            ++connections_;
            const ssl_pointer ssl{SSL_new(context_.get())};
            SSL_set_fd(ssl.get(), connection);
            char byte = 0;
            if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), &byte, 1) == 1)
                told_ = true;
            ::close(connection);
        }
    }

    key_pointer key_;
    certificate_pointer certificate_;
    context_pointer context_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::atomic<bool> told_ = false;
    std::thread thread_;
};

} // namespace

CAF_TEST(a server whose certificate nobody vouches for is told nothing) {
    tls_server stranger;
    metrics meters;
    cloudpayments_client client{test::client_settings(stranger.url()), meters};
    test::pending<done> answer;
    client.test(answer.callback());
    const auto result = answer.get();
    CAF_REQUIRE(!result.has_value());
    CAF_CHECK(result.error().code == errc::unavailable);
    CAF_CHECK(result.error().detail.find("certificate") != std::string::npos);
    CAF_CHECK(stranger.connections() > 0);
    CAF_CHECK(!stranger.was_told_anything());
}
