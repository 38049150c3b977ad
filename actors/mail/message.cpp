#include "actors/mail/message.hpp"

#include "actors/mail/mime.hpp"

#include <string_view>

namespace atelier {
namespace {

constexpr std::string_view line_end = "\r\n";

void append_header(std::string& to, std::string_view name, std::string_view value) {
    to.append(name).append(": ").append(value).append(line_end);
}

std::string sender(const mail_sender& from) {
    if (from.name.empty())
        return from.address.text();
    return mime::encode_phrase(from.name) + "\r\n <" + from.address.text() + ">";
}

/// A line that stands in none of the parts.
std::string boundary_between(const mime::encoded_body& text, const mime::encoded_body& html) {
    std::string boundary = "=_alternative"; // "=_" is no quoted-printable
    while (text.text.find(boundary) != std::string::npos || html.text.find(boundary) != std::string::npos)
        boundary += '_';
    return boundary;
}

void append_part(std::string& to, std::string_view boundary, std::string_view type,
                 const mime::encoded_body& body) {
    to.append("--").append(boundary).append(line_end);
    append_header(to, "Content-Type", type);
    append_header(to, "Content-Transfer-Encoding", body.transfer_encoding);
    to.append(line_end).append(body.text);
}

} // namespace

std::string to_rfc5322(const mail_message& message) {
    const auto text = mime::encode_body(message.text);
    const auto html = mime::encode_body(message.html);
    const auto boundary = boundary_between(text, html);

    std::string mail;
    append_header(mail, "Date", mime::date(message.date));
    append_header(mail, "From", sender(message.from));
    append_header(mail, "To", message.to.text());
    append_header(mail, "Subject", mime::encode_header(message.subject));
    append_header(mail, "Message-ID",
                  "<" + message.id + "@" + std::string{message.from.address.domain()} + ">");
    append_header(mail, "Auto-Submitted", "auto-generated"); // RFC 3834: out-of-office robots keep quiet
    append_header(mail, "Content-Language", message.language);
    append_header(mail, "MIME-Version", "1.0");
    append_header(mail, "Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"");
    mail.append(line_end);
    append_part(mail, boundary, "text/plain; charset=utf-8", text);
    append_part(mail, boundary, "text/html; charset=utf-8", html);
    mail.append("--").append(boundary).append("--").append(line_end);
    return mail;
}

} // namespace atelier
