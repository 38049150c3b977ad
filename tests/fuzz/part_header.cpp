// Content-Type headers of forms, and header lines of their parts: one text is read as either.

#include "http/multipart.hpp"
#include "http/text.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace atelier::http;
using atelier::fuzz::require;

namespace {

void check_boundary(std::string_view text) {
    const auto boundary = multipart_boundary(text);
    if (!boundary)
        return;
    require(!boundary->empty() && boundary->size() <= 70, "a boundary has a length");
    require(!boundary->ends_with(' '), "a boundary does not end with a space");
    require(std::ranges::none_of(*boundary, is_control), "a boundary is visible");
    const auto again = multipart_boundary("Multipart/Form-Data ; x=y; boundary=\"" + *boundary + '"');
    require(again && *again == *boundary, "a boundary in quotes is the same");
}

std::string in_quotes(std::string_view text) {
    std::string result{'"'};
    for (const char c : text) {
        if (c == '"' || c == '\\')
            result += '\\';
        result += c;
    }
    return result + '"';
}

void check_part(std::string_view text) {
    const auto header = parse_part_header(text);
    if (!header) {
        require(header.error().code == atelier::errc::malformed_request, "a refusal says why");
        return;
    }
    require(is_utf8(header->name) && std::ranges::none_of(header->name, is_control), "a name is text");
    std::string lines = "content-disposition: form-data; name=" + in_quotes(header->name);
    if (header->filename) {
        const auto& name = *header->filename;
        require(is_utf8(name) && std::ranges::none_of(name, is_control), "the name of a file is text");
        require(name.find_first_of("/\\") == std::string::npos, "the name of a file leads nowhere");
        lines += "; filename=" + in_quotes(name);
    }
    require(header->content_type.find_first_of("\r\n") == std::string::npos, "a type is one line");
    lines += "\r\nContent-Type:" + header->content_type + "\r\n";
    const auto again = parse_part_header(lines);
    require(again.has_value(), "a header that is written again is read");
    require(again->name == header->name && again->filename == header->filename &&
                again->content_type == header->content_type,
            "a header that is written again is the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const atelier::fuzz::input in{data, length};
    check_boundary(in.rest());
    check_part(in.rest());
    return 0;
}
