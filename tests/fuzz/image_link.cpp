// Addresses of images that need no header: lines with the end and the signature.

#include "actors/domain/image_links.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace atelier;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    static const image_link_signer signer{"a secret that nobody knows", std::chrono::hours{1}};
    fuzz::input in{data, length};
    const auto expires = in.line();
    const auto verified = signer.verify(image_id{7}, expires, in.rest(), instant{});
    require(!verified && verified.error().code == errc::forbidden, "nobody guesses a signature");
    return 0;
}
