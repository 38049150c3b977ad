// Bodies of multipart/form-data in a file. A number in a line, then the body; its boundary is "limit", the
// part that is looked for "file".

#include "http/multipart.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace atelier::http;
using atelier::fuzz::require;
using atelier::fuzz::write_file;

namespace {

constexpr std::string_view boundary = "limit";

struct place {
    atelier::test::temporary_directory directory;
    std::filesystem::path body = directory.path() / "body";
};

atelier::outcome<located_part> find(const std::filesystem::path& file, std::string_view body) {
    write_file(file, body);
    return find_part(file, boundary, "file");
}

/// Wherever the blocks end in which the file is read.
void check_shifted(const std::filesystem::path& file, std::string_view body, std::uint64_t shift,
                   const atelier::outcome<located_part>& part) {
    std::string shifted(shift % 70'000, '.');
    shifted += "\r\n";
    const auto by = shifted.size();
    shifted += body;
    const auto again = find(file, shifted);
    require(part.has_value() == again.has_value(), "a preamble changes no verdict");
    if (!part) {
        require(part.error().code == again.error().code, "a preamble changes no error");
        return;
    }
    require(again->offset == part->offset + by && again->length == part->length, "a preamble moves the part");
    require(again->filename == part->filename && again->content_type == part->content_type, "and no more");
}

/// A part that holds `content` is found as it was written.
void check_written(const std::filesystem::path& file, std::string_view content) {
    const std::string line = "\r\n--" + std::string{boundary};
    if ((std::string{content} + line).find(line) != content.size())
        return; // no client would have chosen this boundary
    std::string body = line.substr(2) + "\r\nContent-Disposition: form-data; name=other\r\n\r\nx" + line;
    body += "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    const auto begin = body.size();
    body.append(content).append(line).append("--\r\n");
    const auto part = find(file, body);
    require(part.has_value(), "a part that was written is found");
    require(part->offset == begin && part->length == content.size(), "a part is found where it was written");
    require(part->filename == "a.png", "a part has its name");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    static const place here;
    atelier::fuzz::input in{data, length};
    const auto shift = in.number();
    const auto body = in.rest();
    const auto part = find(here.body, body);
    if (part) {
        require(part->offset <= body.size() && part->length <= body.size() - part->offset,
                "a part lies within the body");
        const auto behind = body.substr(part->offset + part->length);
        require(behind.starts_with("\r\n--limit"), "a part ends where a boundary begins");
        require(body.substr(0, part->offset).ends_with("\r\n\r\n"), "a part begins behind its header");
    }
    check_shifted(here.body, body, shift, part);
    check_written(here.body, body);
    return 0;
}
