// Pictures in Base64: any bytes are written and read back, and read as Base64 themselves.

#include "actors/engines/base64.hpp"

#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace atelier;
using atelier::fuzz::read_file;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    static const test::temporary_directory directory;
    const auto file = directory.path() / "picture";
    const fuzz::input in{data, length};
    const auto bytes = in.rest();
    fuzz::write_file(file, bytes);
    const auto text = base64_of_file(file);
    require(text.has_value() == !bytes.empty(), "a file that is not empty can be encoded");
    if (text) {
        require(write_base64(without_data_prefix("data:image/png;base64," + *text), file).has_value(),
                "what was encoded can be decoded");
        require(read_file(file) == bytes, "what was encoded comes back");
    }
    if (!write_base64(bytes, file))
        return 0;
    std::string lines{bytes};
    std::erase_if(lines, [](char c) { return c == '\r' || c == '\n'; });
    const auto again = base64_of_file(file);
    require(again && *again == lines, "there is one way to write it");
    return 0;
}
