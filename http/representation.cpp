#include "http/representation.hpp"

#include "http/accept.hpp"
#include "http/entity_tag.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <zlib.h>

namespace atelier::http {
namespace {

/// Compressing more than this would keep a thread from its other clients for too long.
constexpr std::size_t compressed_max = 1024 * 1024;

const std::string* header_of(const response& answer, std::string_view name) {
    using header = std::pair<std::string, std::string>;
    const auto found = std::ranges::find(answer.headers, name, &header::first);
    return found == answer.headers.end() ? nullptr : &found->second;
}

/// The same bytes have the same tag, also after a restart and on other machines. Weak, as it is kept when
/// they are compressed.
std::string tag_of(std::string_view body) {
    std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
    crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(body.data()),
                       body.size(), nullptr, 0);
    std::string tag = "W/\"";
    for (const auto byte : digest)
        fmt::format_to(std::back_inserter(tag), "{:02x}", byte);
    return tag += '"';
}

std::string compressed(std::string_view body) {
    constexpr int with_gzip_header = 16 + MAX_WBITS;
    constexpr int memory_level = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, with_gzip_header, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        throw std::runtime_error{"zlib cannot begin"};
    std::string content(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
    // zlib does not write there, but its type says so.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(content.data());
    stream.avail_out = static_cast<uInt>(content.size());
    const auto ended = deflate(&stream, Z_FINISH);
    content.resize(stream.total_out);
    deflateEnd(&stream);
    if (ended != Z_STREAM_END)
        throw std::runtime_error{"zlib did not end"};
    return content;
}

} // namespace

void represent(const request& r, response& answer, std::size_t compress_above) {
    auto* const body = std::get_if<std::string>(&answer.body);
    const bool found = answer.status == 200 && (r.verb == method::get || r.verb == method::head);
    if (!found || body == nullptr || answer.content_type != "application/json" ||
        header_of(answer, "ETag") != nullptr)
        return;
    const auto* const caching = header_of(answer, "Cache-Control");
    if (caching == nullptr || *caching != "no-store") {
        auto tag = tag_of(*body);
        const bool known = r.has_header("if-none-match") &&
                           names_entity_tag(r.header("if-none-match"), std::string_view{tag}.substr(2));
        answer.with("ETag", std::move(tag));
        if (known) {
            answer.status = 304;
            body->clear();
        }
    }
    answer.with("Vary", "Accept-Encoding");
    if (body->size() > compress_above && body->size() <= compressed_max &&
        accepts_by_name(r.header("accept-encoding"), "gzip")) {
        answer.with("Content-Encoding", "gzip");
        *body = compressed(*body);
    }
}

} // namespace atelier::http
