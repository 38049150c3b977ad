// Range headers, for files of any size: the size in a line, then the header.

#include "http/range.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace atelier::http;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    atelier::fuzz::input in{data, length};
    const auto size = in.number();
    const auto part = parse_range(in.rest(), size);
    if (!part) {
        require(part.error().code == atelier::errc::range_not_satisfiable, "a refusal says why");
        return 0;
    }
    if (!*part)
        return 0;
    const auto [offset, bytes] = **part;
    require(bytes > 0, "a range is not empty");
    require(offset < size && bytes <= size - offset, "a range lies within the file");
    const auto written = content_range(**part, size);
    const auto range = written.substr(6, written.find('/') - 6);
    const auto again = parse_range("bytes=" + range, size);
    require(again && *again, "Content-Range names a range");
    require((**again).offset == offset && (**again).length == bytes, "Content-Range names the same range");
    return 0;
}
