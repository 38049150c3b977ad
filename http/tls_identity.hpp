#pragma once

#include "actors/domain/outcome.hpp"

#include <filesystem>
#include <memory>
#include <mutex>

namespace boost::asio::ssl {
class context;
}

namespace atelier::http {

/// The certificate that a server shows, with its key, both from PEM files that may be replaced while it
/// serves. TLS 1.2 and later, with forward secrecy and authenticated ciphers only. Thread-safe.
class tls_identity {
public:
    /// `certificate` holds the chain, the server's own certificate first. `unavailable` with a text for
    /// people when a file cannot be read, or the key is not the certificate's.
    [[nodiscard]] static outcome<std::unique_ptr<tls_identity>> open(std::filesystem::path certificate,
                                                                     std::filesystem::path key);

    /// Reads the files again, for connections from now on. When that fails, everything stays as it was.
    [[nodiscard]] status reload();
    /// What new connections are made with.
    [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;

private:
    tls_identity(std::filesystem::path certificate, std::filesystem::path key);

    const std::filesystem::path certificate_;
    const std::filesystem::path key_;
    mutable std::mutex mutex_;
    std::shared_ptr<boost::asio::ssl::context> current_;
};

} // namespace atelier::http
