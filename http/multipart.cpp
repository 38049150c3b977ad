#include "http/multipart.hpp"

#include "http/file.hpp"

#include <algorithm>
#include <vector>

namespace atelier::http {
namespace {

constexpr std::size_t parts_max = 32;
constexpr std::size_t header_bytes_max = 8192;
constexpr std::size_t block_size = 65536;

failure malformed(const char* detail) {
    return {errc::malformed_request, detail};
}

/// Walks over the parts of a file from delimiter to delimiter.
class part_walker {
public:
    part_walker(file content, std::string_view boundary)
        : file_{std::move(content)}, delimiter_{"\r\n--" + std::string{boundary}} {}

    /// Goes behind the first delimiter, past a preamble.
    status begin();
    /// The next part; nothing behind the last one.
    outcome<std::optional<std::pair<part_header, located_part>>> next();

private:
    outcome<std::string_view> block_at(std::uint64_t offset, std::size_t size);
    outcome<std::uint64_t> find_delimiter(std::uint64_t from);
    outcome<bool> at_end();
    outcome<part_header> take_header();

    file file_;
    std::string delimiter_;
    std::vector<char> block_ = std::vector<char>(block_size);
    std::uint64_t position_ = 0;
};

outcome<std::string_view> part_walker::block_at(std::uint64_t offset, std::size_t size) {
    const auto got = file_.read(offset, std::span{block_}.first(size));
    if (!got)
        return got.error();
    return std::string_view{block_.data(), *got};
}

outcome<std::uint64_t> part_walker::find_delimiter(std::uint64_t from) {
    for (;;) {
        const auto block = block_at(from, block_size);
        if (!block)
            return block.error();
        if (const auto found = block->find(delimiter_); found != std::string_view::npos)
            return from + found;
        if (block->size() < block_size)
            return malformed("the multipart body does not end with its boundary");
        from += block_size - delimiter_.size() + 1; // a delimiter may lie across two blocks
    }
}

status part_walker::begin() {
    const auto first_line = std::string_view{delimiter_}.substr(2); // nothing needs to stand before it
    const auto block = block_at(0, first_line.size());
    if (!block)
        return block.error();
    if (*block == first_line) {
        position_ = first_line.size();
        return done{};
    }
    const auto found = find_delimiter(0);
    if (!found)
        return found.error();
    position_ = *found + delimiter_.size();
    return done{};
}

/// Reads the rest of a delimiter line: whether it is the closing one.
outcome<bool> part_walker::at_end() {
    const auto block = block_at(position_, 256);
    if (!block)
        return block.error();
    if (block->starts_with("--"))
        return true;
    const auto padding = std::min(block->find_first_not_of(" \t"), block->size());
    if (!block->substr(padding).starts_with("\r\n"))
        return malformed("a multipart boundary is not followed by a line end");
    position_ += padding + 2;
    return false;
}

outcome<part_header> part_walker::take_header() {
    const auto block = block_at(position_, header_bytes_max);
    if (!block)
        return block.error();
    const auto end = block->find("\r\n\r\n");
    if (end == std::string_view::npos)
        return malformed("the header of a part does not end, or is longer than 8 KiB");
    auto header = parse_part_header(block->substr(0, end + 2));
    position_ += end + 4;
    return header;
}

outcome<std::optional<std::pair<part_header, located_part>>> part_walker::next() {
    const auto end = at_end();
    if (!end)
        return end.error();
    if (*end)
        return std::optional<std::pair<part_header, located_part>>{};
    auto header = take_header();
    if (!header)
        return header.error();
    const auto content_end = find_delimiter(position_);
    if (!content_end)
        return content_end.error();
    located_part part{position_, *content_end - position_, header->filename, header->content_type};
    position_ = *content_end + delimiter_.size();
    return std::optional{std::pair{std::move(*header), std::move(part)}};
}

} // namespace

outcome<located_part> find_part(const std::filesystem::path& path, std::string_view boundary,
                                std::string_view name) {
    auto content = file::open(path);
    if (!content)
        return content.error();
    part_walker walker{std::move(*content), boundary};
    if (const auto begun = walker.begin(); !begun)
        return begun.error();
    std::optional<located_part> wanted;
    for (std::size_t count = 0; count <= parts_max; ++count) {
        auto part = walker.next();
        if (!part)
            return part.error();
        if (!*part) {
            if (!wanted)
                return invalid_field(std::string{name}, "required", "the form has no such part");
            return std::move(*wanted);
        }
        if ((*part)->first.name != name)
            continue;
        if (wanted)
            return invalid_field(std::string{name}, "repeated", "the form has several such parts");
        wanted = std::move((*part)->second);
    }
    return malformed("the multipart body has more than 32 parts");
}

} // namespace atelier::http
