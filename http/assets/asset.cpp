#include "http/assets/asset.hpp"

#include "http/accept.hpp"
#include "http/entity_tag.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>
#include <zlib.h>

namespace atelier::http {
namespace {

/// The size before compression, of the last four bytes (RFC 1952, 2.3.1).
std::size_t size_of(std::string_view compressed) {
    std::size_t size = 0;
    for (std::size_t i = 1; i <= 4; ++i)
        size = size << 8U | static_cast<unsigned char>(compressed[compressed.size() - i]);
    return size;
}

std::string inflated(std::string_view compressed) {
    constexpr int with_gzip_header = 16 + MAX_WBITS;
    std::string content(size_of(compressed), '\0');
    z_stream stream{};
    // zlib does not write there, but its type says so.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(content.data());
    stream.avail_out = static_cast<uInt>(content.size());
    if (inflateInit2(&stream, with_gzip_header) != Z_OK)
        throw std::runtime_error{"zlib cannot begin"};
    const auto ended = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (ended != Z_STREAM_END)
        throw std::runtime_error{"an asset is not what was compressed"};
    return content;
}

} // namespace

const asset* find_asset(std::span<const asset> all, std::string_view name) {
    const auto found = std::ranges::find(all, name, &asset::name);
    return found == all.end() ? nullptr : &*found;
}

std::string_view media_type_of(const asset& file) {
    using kind = std::pair<std::string_view, std::string_view>;
    constexpr std::array kinds{kind{".json", "application/json"}, kind{".html", "text/html; charset=utf-8"},
                               kind{".js", "text/javascript; charset=utf-8"},
                               kind{".css", "text/css; charset=utf-8"},
                               kind{".md", "text/markdown; charset=utf-8"}};
    const auto* const found =
        std::ranges::find_if(kinds, [&](const kind& k) { return file.name.ends_with(k.first); });
    return found == kinds.end() ? "text/plain; charset=utf-8" : found->second;
}

response serve_asset(const request& r, const asset& file) {
    const bool gzip = accepts_by_name(r.header("accept-encoding"), "gzip");
    const auto tag = '"' + std::string{file.digest} + (gzip ? "-gzip\"" : "\"");
    const bool known = names_entity_tag(r.header("if-none-match"), tag);
    response answer{known ? 304U : 200U};
    answer.with("ETag", tag).with("Cache-Control", "no-cache").with("Vary", "Accept-Encoding");
    if (known)
        return answer;
    answer.content_type = media_type_of(file);
    if (gzip)
        answer.with("Content-Encoding", "gzip");
    answer.body = gzip ? std::string{file.compressed} : inflated(file.compressed);
    return answer;
}

} // namespace atelier::http
