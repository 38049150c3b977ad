// Messages that Rails signs: as they come, with an envelope of any bytes that is signed, and as our own.

#include "actors/domain/rails_message.hpp"

#include "actors/domain/active_storage.hpp"
#include "actors/domain/ruby_marshal.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

using namespace atelier;
using atelier::fuzz::require;

namespace {

const instant now{std::chrono::seconds{1'800'000'000}};

/// Fractions, which nobody signs, lose their last bit on the way through JSON.
bool has_fraction(const boost::json::value& value) {
    if (const auto* array = value.if_array())
        return std::ranges::any_of(*array, has_fraction);
    if (const auto* object = value.if_object())
        return std::ranges::any_of(*object, [](const auto& each) { return has_fraction(each.value()); });
    return value.is_double();
}

void check_message(const rails_message_verifier& verifier, std::string_view text) {
    // Nobody signs by chance.
    const auto value = verifier.verify(text, "blob_id", now);
    require(!value && value.error().code == errc::invalid_token, "what is not signed is refused");
}

void check_signed(const rails_message_verifier& verifier, const boost::json::value& value) {
    auto message = verifier.sign(value, "blob_id", now + std::chrono::hours{1});
    if (message.size() > 8192)
        return;
    const auto read = verifier.verify(message, "blob_id", now);
    require(read && *read == value, "what was signed is read");
    require(!verifier.verify(message, "blob_key", now), "only for its purpose");
    require(!verifier.verify(message, "blob_id", now + std::chrono::hours{1}), "only for a while");
    message[message.size() / 3] ^= 1;
    require(!verifier.verify(message, "blob_id", now), "only unchanged");
}

void check_marshal(std::string_view dump) {
    const auto value = read_ruby_marshal(dump);
    if (!value)
        return;
    const auto written = write_ruby_marshal(*value);
    const auto again = read_ruby_marshal(written);
    require(again && *again == *value, "what was read is written, and read again");
    require(write_ruby_marshal(*again) == written, "there is one way to write it");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    static const rails_message_verifier json{"secret of the tests", "ActiveStorage", rails_defaults::v7_1};
    static const rails_message_verifier marshal{"secret of the tests", "ActiveStorage", rails_defaults::v7_0};
    static const active_storage_signer signer{"secret of the tests"};
    const fuzz::input in{data, length};
    const auto text = in.rest();
    check_message(json, text);
    check_message(marshal, text);
    check_marshal(text);
    require(!signer.read_blob(text, now) && !signer.read_file(text, now) && !signer.read_upload(text, now),
            "nothing is a link that was not signed");
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = 6;
    const auto value = boost::json::parse({text.data(), text.size()}, error, {}, options);
    if (!error && !has_fraction(value))
        check_signed(json, value);
    if (const auto held = read_ruby_marshal(text))
        check_signed(marshal, *held);
    return 0;
}
