// Bodies of forms, application/x-www-form-urlencoded.

#include "http/form.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace atelier::http;
using atelier::fuzz::require;

namespace {

std::string encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == 0) // has no escape
            result += c;
        else
            result.append({'%', digits[byte / 16], digits[byte % 16]});
    }
    return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const atelier::fuzz::input in{data, length};
    const auto fields = parse_form(in.rest());
    if (!fields) {
        require(fields.error().code == atelier::errc::malformed_request, "a refusal says why");
        return 0;
    }
    require(fields->size() <= 256, "a form has so many fields");
    std::string written;
    for (const auto& [name, value] : *fields)
        written += (written.empty() ? "" : "&") + encode(name) + '=' + encode(value);
    const auto again = parse_form(written);
    require(again && *again == *fields, "fields that are encoded are read as they were");
    return 0;
}
