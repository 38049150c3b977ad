// The configuration language.

#include "config/document.hpp"
#include "config/load.hpp"
#include "config/print.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <sstream>

using namespace atelier;
using atelier::fuzz::require;

namespace {

std::optional<std::string> no_variables(const std::string& /*name*/) {
    return std::nullopt;
}

std::string printed(const settings& values) {
    std::ostringstream out;
    print_effective(out, values);
    return out.str();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const fuzz::input in{data, length};
    const auto text = in.rest();
    const auto document = parse_text(text);
    if (document.error)
        require(document.error->at && document.error->at->offset <= text.size(), "an error lies in the text");
    for (const auto& each : document.assignments)
        require(each.at.offset < text.size() && each.value.at.offset < text.size(), "and so does a value");
    const auto loaded = load_text(text, "text", no_variables);
    if (!loaded) {
        require(loaded.errors.size() <= max_load_errors, "there are so many errors");
        for (const auto& error : loaded.errors)
            require(!to_string(error).empty(), "an error can be shown");
        return 0;
    }
    require(!document.error, "what was loaded could be read");
    const auto once = printed(loaded.values);
    const auto again = load_text(once, "printed", no_variables);
    require(static_cast<bool>(again), "settings that were printed can be loaded");
    return 0;
}
