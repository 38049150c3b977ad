#include "persistence/blobs/s3/aws_signature.hpp"

#include "actors/domain/hex_text.hpp"
#include "actors/domain/percent_escape.hpp"
#include "actors/domain/signature.hpp"
#include "persistence/blobs/s3/part_digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace atelier {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::chrono::seconds longest_validity = std::chrono::days{7};

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, 32> mac{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), nullptr);
    return {reinterpret_cast<const char*>(mac.data()), mac.size()};
}

std::string in_lower_case(std::string_view text) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

/// Without blanks around it, and with one blank where there are several.
std::string trimmed(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\t';
        if (!blank)
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    if (result.ends_with(' '))
        result.pop_back();
    return result;
}

/// Headers in order; those of one name in one line, in the order in which they stand.
std::vector<aws_field> canonical_headers(const std::vector<aws_field>& headers) {
    std::vector<aws_field> sorted;
    sorted.reserve(headers.size());
    for (const auto& [name, value] : headers)
        sorted.push_back({in_lower_case(name), trimmed(value)});
    std::ranges::stable_sort(sorted, {}, &aws_field::name);
    std::vector<aws_field> joined;
    for (auto& each : sorted) {
        if (!joined.empty() && joined.back().name == each.name)
            joined.back().value.append(",").append(each.value);
        else
            joined.push_back(std::move(each));
    }
    return joined;
}

std::string signed_headers(const aws_request& request) {
    std::string names;
    for (const auto& each : canonical_headers(request.headers))
        names.append(names.empty() ? "" : ";").append(each.name);
    return names;
}

std::string credential_scope(const aws_scope& scope, instant at) {
    return aws_time(at).substr(0, 8).append("/").append(scope.region).append("/").append(scope.service) +
           "/aws4_request";
}

} // namespace

std::string aws_escaped(std::string_view text, bool slashes_kept) {
    return percent_escaped(text, slashes_kept ? "-._~/" : "-._~");
}

std::string aws_query(const std::vector<aws_field>& query) {
    std::vector<std::pair<std::string, std::string>> escaped;
    escaped.reserve(query.size());
    for (const auto& [name, value] : query)
        escaped.emplace_back(aws_escaped(name, false), aws_escaped(value, false));
    std::ranges::sort(escaped);
    std::string text;
    for (const auto& [name, value] : escaped)
        text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
    return text;
}

std::string aws_time(instant at) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    const auto day = std::chrono::floor<std::chrono::days>(whole);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{whole - day};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text.data();
}

std::string aws_canonical_request(const aws_request& request) {
    auto text =
        request.method + "\n" + aws_escaped(request.path, true) + "\n" + aws_query(request.query) + "\n";
    for (const auto& [name, value] : canonical_headers(request.headers))
        text.append(name).append(":").append(value).append("\n");
    return text.append("\n").append(signed_headers(request)).append("\n").append(request.payload_hash);
}

std::string aws_string_to_sign(const aws_request& request, const aws_scope& scope, instant at) {
    return std::string{algorithm} + "\n" + aws_time(at) + "\n" + credential_scope(scope, at) + "\n" +
           sha256_hex(aws_canonical_request(request));
}

std::string aws_signing_key(std::string_view secret_access_key, const aws_scope& scope, instant at) {
    const auto of_day = hmac(std::string{"AWS4"}.append(secret_access_key), aws_time(at).substr(0, 8));
    return hmac(hmac(hmac(of_day, scope.region), scope.service), "aws4_request");
}

std::string aws_signature(const aws_request& request, const aws_credentials& who, const aws_scope& scope,
                          instant at) {
    return to_hex(
        hmac(aws_signing_key(who.secret_access_key, scope, at), aws_string_to_sign(request, scope, at)));
}

std::string aws_authorization(const aws_request& request, const aws_credentials& who, const aws_scope& scope,
                              instant at) {
    return std::string{algorithm} + " Credential=" + who.access_key_id + "/" + credential_scope(scope, at) +
           ", SignedHeaders=" + signed_headers(request) +
           ", Signature=" + aws_signature(request, who, scope, at);
}

std::string aws_presigned_query(aws_request request, const aws_credentials& who, const aws_scope& scope,
                                instant at, std::chrono::seconds valid) {
    valid = std::clamp(valid, std::chrono::seconds{1}, longest_validity);
    request.payload_hash = unsigned_payload;
    auto& query = request.query;
    query.push_back({"X-Amz-Algorithm", std::string{algorithm}});
    query.push_back({"X-Amz-Credential", who.access_key_id + "/" + credential_scope(scope, at)});
    query.push_back({"X-Amz-Date", aws_time(at)});
    query.push_back({"X-Amz-Expires", std::to_string(valid.count())});
    query.push_back({"X-Amz-SignedHeaders", signed_headers(request)});
    if (!who.session_token.empty())
        query.push_back({"X-Amz-Security-Token", who.session_token});
    const auto signature = aws_signature(request, who, scope, at);
    return aws_query(query) + "&X-Amz-Signature=" + signature;
}

} // namespace atelier
