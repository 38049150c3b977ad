#pragma once

#include "actors/mail/mailbox.hpp"
#include "config/settings.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace atelier {

/// A mail server that takes our mails on, and how it is spoken to.
struct smtp_server {
    /// Whether the conversation is encrypted: after STARTTLS, which the server must offer; from the
    /// beginning; or not at all.
    enum class security : std::uint8_t { starttls, tls, none };

    std::string url; ///< scheme, host, port, and our name for EHLO as the path; "" = the machine's
    security protection = security::starttls;
    std::string user; ///< "" = does not sign in
    std::string password;
    std::filesystem::path authorities; ///< PEM file; "" = the system's
    std::chrono::milliseconds timeout{30'000};
};

/// The server that the settings name.
[[nodiscard]] smtp_server smtp_server_of(const settings& config);

/// Hands mails to a server by SMTP (RFC 5321). One connection is kept for those that follow soon.
/// Certificates are checked. A mail that the server refuses for good, by a 5xx to its recipient or content,
/// is `refused`; what concerns all mails, such as a connection, a certificate or a password, is
/// `unavailable`.
class smtp_mailbox final : public mail_transport {
public:
    explicit smtp_mailbox(smtp_server server);
    ~smtp_mailbox() override;
    smtp_mailbox(const smtp_mailbox&) = delete;
    smtp_mailbox& operator=(const smtp_mailbox&) = delete;

    /// Takes at most the server's timeout.
    [[nodiscard]] mail_attempt send(const outgoing_mail& mail) override;
    /// Connects, signs in and says NOOP; likewise.
    [[nodiscard]] status check() override;
    void stop() override { stopping_ = true; }

private:
    using deadline = std::chrono::steady_clock::time_point;
    struct handles;
    class conversation;

    [[nodiscard]] mail_attempt deliver(const outgoing_mail& mail, deadline until);
    [[nodiscard]] std::string run();

    const smtp_server server_;
    std::atomic<bool> stopping_ = false;
    bool kept_ = false; ///< the last mail has left, and its connection stayed
    std::unique_ptr<handles> curl_;
};

} // namespace atelier
