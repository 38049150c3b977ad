#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/entity_tag.hpp"
#include "http/endpoints/lists.hpp"
#include "http/range.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace atelier::http {
namespace {

/// `attr-char` of RFC 8187, 3.2.1: what needs no escape in an extended parameter.
bool is_attribute_char(char c) {
    return is_token_char(c) && c != '*' && c != '\'' && c != '%';
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (is_attribute_char(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded.append({'%', digits[byte >> 4U], digits[byte & 0x0FU]});
    }
    return encoded;
}

/// Shown in the page, and under which name it is saved (RFC 6266): in ASCII for old clients, and exactly.
std::string content_disposition(std::string_view filename) {
    std::string ascii{filename};
    std::ranges::replace_if(
        ascii, [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%'; }, '_');
    auto value = "inline; filename=\"" + ascii + '"';
    if (ascii != filename)
        value += "; filename*=UTF-8''" + percent_encoded(filename);
    return value;
}

/// The bytes of an image never change, but they are for its owner's eyes.
void describe(response& r, const image_record& image, const std::string& tag) {
    r.with("ETag", tag).with("Cache-Control", "private, max-age=3600").with("Accept-Ranges", "bytes");
    r.with("Content-Disposition", content_disposition(image.filename));
}

/// The part of the file that is asked for, if not all of it. A Range that goes with an outdated copy is void.
outcome<std::optional<byte_range>> wanted_range(const request& r, std::uint64_t size,
                                                const std::string& tag) {
    if (r.has_header("if-range") && r.header("if-range") != tag)
        return std::optional<byte_range>{};
    return parse_range(r.header("range"), size);
}

} // namespace

answer show_image_file(const endpoint_context& context, request& r, user_id who) {
    const auto id = path_id<image_id>(r);
    if (!id)
        co_return id.error();
    const auto found = co_await context.backend.image_content(who, *id);
    if (!found)
        co_return found.error();
    const auto& image = found->image;
    const auto tag = '"' + image.checksum + '"';
    if (r.has_header("if-none-match") && names_entity_tag(r.header("if-none-match"), tag)) {
        response unchanged{304};
        describe(unchanged, image, tag);
        co_return unchanged;
    }
    const auto size = static_cast<std::uint64_t>(image.byte_size);
    const auto part = wanted_range(r, size, tag);
    if (!part) {
        auto refused = problem_response(part.error(), r.request_id);
        refused.with("Content-Range", unsatisfied_content_range(size));
        co_return refused;
    }
    response whole_or_part{*part ? 206U : 200U};
    whole_or_part.content_type = image.content_type;
    describe(whole_or_part, image, tag);
    if (*part)
        whole_or_part.with("Content-Range", content_range(**part, size));
    whole_or_part.body =
        *part ? file_body{found->path, (*part)->offset, (*part)->length} : file_body{found->path, 0, size};
    co_return whole_or_part;
}

} // namespace atelier::http
