#include "actors/mail/smtp.hpp"

#include "actors/mail/smtp_dialogue.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace atelier {
namespace {

constexpr int look_interval_ms = 100; ///< at the flag that says to stop
constexpr std::chrono::milliseconds connect_limit{10'000};
/// Servers hang up on who says nothing; sooner the busier they are.
constexpr long longest_rest_s = 20;

/// Not the others that the library knows: with GSSAPI in the offer it would look for a Kerberos ticket.
constexpr const char* login_options = "AUTH=PLAIN;AUTH=LOGIN";

/// The host of the address that clients see, if it has a name: who the service is in EHLO.
std::string public_name(const std::string& base_url) {
    const auto scheme = base_url.find("://");
    if (scheme == std::string::npos)
        return {};
    const auto begin = scheme + 3;
    auto host = base_url.substr(begin, base_url.find_first_of(":/", begin) - begin);
    const auto in_name = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
               c == '.';
    };
    const bool is_number = host.find_first_not_of("0123456789.") == std::string::npos;
    return std::ranges::all_of(host, in_name) && !is_number ? host : std::string{};
}

constexpr const char* no_memory = "there is no memory for a connection";

struct free_lines {
    void operator()(curl_slist* lines) const { curl_slist_free_all(lines); }
};

std::size_t give_content(char* to, std::size_t, std::size_t room, void* source) {
    auto& left = *static_cast<std::string_view*>(source);
    const auto size = std::min(room, left.size());
    std::memcpy(to, left.data(), size);
    left.remove_prefix(size);
    return size;
}

std::size_t drop(char*, std::size_t, std::size_t size, void*) {
    return size;
}

int listen(CURL*, curl_infotype kind, char* text, std::size_t size, void* target) {
    auto& dialogue = *static_cast<smtp_dialogue*>(target);
    if (kind == CURLINFO_HEADER_OUT)
        dialogue.sent({text, size});
    else if (kind == CURLINFO_HEADER_IN)
        dialogue.received({text, size});
    return 0;
}

std::string explained(CURLcode result) {
    return result == CURLE_USE_SSL_FAILED ? "the server does not offer STARTTLS" : curl_easy_strerror(result);
}

} // namespace

smtp_server smtp_server_of(const settings& config) {
    const auto& mail = config.mail;
    smtp_server server;
    if (mail.security != "starttls")
        server.protection = mail.security == "tls" ? smtp_server::security::tls : smtp_server::security::none;
    const auto host = mail.host.find(':') == std::string::npos ? mail.host : '[' + mail.host + ']';
    server.url = (server.protection == smtp_server::security::tls ? "smtps://" : "smtp://") + host + ':' +
                 std::to_string(mail.port) + '/' + public_name(config.http.base_url);
    server.user = mail.user;
    server.password = mail.password;
    server.authorities = mail.ca_file;
    server.timeout = mail.timeout;
    return server;
}

/// The transfer runs on a multi handle, as only that can be left at any moment.
struct smtp_mailbox::handles {
    // In this order: the transfer goes before what it ran on.
    std::unique_ptr<void, void (*)(void*)> multi{curl_multi_init(),
                                                 [](void* each) { curl_multi_cleanup(each); }};
    std::unique_ptr<void, void (*)(void*)> easy{curl_easy_init(),
                                                [](void* each) { curl_easy_cleanup(each); }};

    [[nodiscard]] bool usable() const { return multi != nullptr && easy != nullptr; }
};

/// The handle made ready to talk to the server, listened to while it does.
class smtp_mailbox::conversation {
public:
    conversation(CURL* easy, const smtp_server& server, deadline until) : easy_{easy} {
        const auto left =
            std::max(std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()),
                     std::chrono::milliseconds{1}); // 0 would mean for ever
        curl_easy_reset(easy);                      // keeps the connection
        curl_easy_setopt(easy, CURLOPT_URL, server.url.c_str());
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        if (server.protection != smtp_server::security::none)
            curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
        curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        if (!server.authorities.empty())
            curl_easy_setopt(easy, CURLOPT_CAINFO, server.authorities.c_str());
        if (!server.user.empty()) {
            curl_easy_setopt(easy, CURLOPT_USERNAME, server.user.c_str());
            curl_easy_setopt(easy, CURLOPT_PASSWORD, server.password.c_str());
            curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, login_options);
        }
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); // do not wait for a name to be resolved
        curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, longest_rest_s);
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                         static_cast<long>(std::min(left, connect_limit).count()));
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); // without it nothing is heard
        curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, listen);
        curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &dialogue_);
    }
    /// A connection that is closed later says QUIT, and would tell the dialogue of it.
    ~conversation() { curl_easy_reset(easy_); }
    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;

    void give(const outgoing_mail& mail) {
        recipient_.reset(curl_slist_append(nullptr, mail.to.text().c_str()));
        content_ = mail.content;
        curl_easy_setopt(easy_, CURLOPT_MAIL_FROM, mail.from.text().c_str());
        curl_easy_setopt(easy_, CURLOPT_MAIL_RCPT, recipient_.get());
        curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(content_.size()));
        curl_easy_setopt(easy_, CURLOPT_READFUNCTION, give_content);
        curl_easy_setopt(easy_, CURLOPT_READDATA, &content_);
    }
    void say_nothing() {
        curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
        curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, "NOOP");
    }
    [[nodiscard]] mail_attempt judged(const std::string& trouble) const { return dialogue_.judged(trouble); }

private:
    CURL* easy_;
    smtp_dialogue dialogue_;
    std::unique_ptr<curl_slist, free_lines> recipient_;
    std::string_view content_;
};

smtp_mailbox::smtp_mailbox(smtp_server server)
    : server_{std::move(server)}, curl_{std::make_unique<handles>()} {}

smtp_mailbox::~smtp_mailbox() = default;

mail_attempt smtp_mailbox::send(const outgoing_mail& mail) {
    const auto until = std::chrono::steady_clock::now() + server_.timeout;
    auto attempt = deliver(mail, until);
    // Only a new connection tells whether the server is away, or has merely closed the one that was kept.
    if (attempt.result == mail_result::unavailable && kept_ && !stopping_)
        attempt = deliver(mail, until);
    kept_ = attempt.result == mail_result::sent;
    return attempt;
}

mail_attempt smtp_mailbox::deliver(const outgoing_mail& mail, deadline until) {
    if (!curl_->usable())
        return {mail_result::unavailable, no_memory};
    conversation talk{curl_->easy.get(), server_, until};
    talk.give(mail);
    return talk.judged(run());
}

status smtp_mailbox::check() {
    if (!curl_->usable())
        return failure{errc::unavailable, no_memory};
    conversation talk{curl_->easy.get(), server_, std::chrono::steady_clock::now() + server_.timeout};
    talk.say_nothing();
    const auto attempt = talk.judged(run());
    return attempt.result == mail_result::sent ? status{done{}}
                                               : status{failure{errc::unavailable, attempt.trouble}};
}

/// The transfer; says what went wrong, or nothing.
std::string smtp_mailbox::run() {
    auto* const multi = curl_->multi.get();
    auto* const easy = curl_->easy.get();
    if (curl_multi_add_handle(multi, easy) != CURLM_OK)
        return "the transfer cannot be begun";
    std::string trouble = "the transfer was given up";
    int running = 1;
    while (running > 0 && !stopping_ && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running > 0)
            curl_multi_poll(multi, nullptr, 0, look_interval_ms, nullptr);
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi, &left))
        if (message->msg == CURLMSG_DONE)
            trouble = message->data.result == CURLE_OK ? "" : explained(message->data.result);
    curl_multi_remove_handle(multi, easy);
    return trouble;
}

} // namespace atelier
