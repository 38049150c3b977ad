#include "http/pages/page.hpp"

#include <sodium.h>

#include <array>

namespace atelier::http {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; }
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; }
input { font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; }
button { font: inherit; padding: .6rem 1.5rem; border: 0; border-radius: .5rem; background: #2f5d50; color: #fff; }
)";

/// Names the style sheet by its SHA-256 (CSP Level 3, 2.3.1), so that no other one is applied.
std::string style_source() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(style.data()), style.size());
    std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)>
        base64{};
    sodium_bin2base64(base64.data(), base64.size(), digest.data(), digest.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    return "'sha256-" + std::string{base64.data()} + "'";
}

response page_of(unsigned status, std::string_view language, std::string_view title, std::string_view head,
                 std::string_view content, std::string policy) {
    const auto heading = html_escaped(title);
    std::string html{"<!doctype html>\n<html lang=\""};
    html.append(language).append("\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.append("<title>").append(heading).append(" · Atelier</title>\n<style>").append(style);
    html.append("</style>\n").append(head).append("</head>\n<body>\n<h1>").append(heading);
    html.append("</h1>\n").append(content).append("\n</body>\n</html>\n");
    response page{status, "text/html; charset=utf-8", std::move(html)};
    page.with("Content-Security-Policy", std::move(policy)).with("Referrer-Policy", "no-referrer");
    page.with("Cache-Control", "no-store").with("Vary", "Accept-Language");
    return page;
}

} // namespace

std::string html_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        case '\'':
            escaped += "&#39;";
            break;
        default:
            escaped += c;
        }
    }
    return escaped;
}

std::string paragraph(std::string_view text, std::string_view attributes) {
    return "<p" + std::string{attributes} + '>' + html_escaped(text) + "</p>";
}

response passage_page(unsigned status, std::string_view language, const passage& what) {
    return html_page(status, language, what.title, paragraph(what.text));
}

response html_page(unsigned status, std::string_view language, std::string_view title,
                   std::string_view content) {
    static const auto policy = "default-src 'none'; style-src " + style_source() +
                               "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    return page_of(status, language, title, "", content, policy);
}

response html_page_with_scripts(std::string_view language, std::string_view title, std::string_view head,
                                std::string_view content, std::string_view origins) {
    static const auto own_style = style_source();
    const std::string theirs{origins};
    // What a payment form brings along (styles, pictures, frames of banks) is its own business.
    auto policy = "default-src 'none'; script-src 'self' " + theirs + "; style-src " + own_style + " " +
                  theirs + "; connect-src 'self' " + theirs + "; frame-src " + theirs +
                  "; img-src 'self' data: " + theirs + "; font-src " + theirs +
                  "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    return page_of(200, language, title, head, content, std::move(policy));
}

} // namespace atelier::http
