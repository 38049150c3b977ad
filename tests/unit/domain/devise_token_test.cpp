#define CAF_SUITE devise_token

#include "actors/domain/devise_token.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;

namespace {

const std::string secret = [] {
    std::string repeated;
    for (int i = 0; i < 8; ++i)
        repeated += "0123456789abcdef";
    return repeated;
}();
const std::string token = "xyzABCdef123456789_-";

std::string digest(std::string_view column, rails_defaults written) {
    return devise_token_digest{secret, column, written}.of(token);
}

} // namespace

CAF_TEST(digests are those of Devise) {
    CAF_CHECK_EQUAL(digest("reset_password_token", rails_defaults::v6_1),
                    "c724810824bc37653e3e11800019d705cb547dfd4d7dbcd6233ab596f080d98a");
    CAF_CHECK_EQUAL(digest("reset_password_token", rails_defaults::v7_0),
                    "93edb732c95d38e8de704fe25c3e9abd9fed61872e9d631571f99cbf4ea54479");
    CAF_CHECK_EQUAL(digest("unlock_token", rails_defaults::v6_1),
                    "429e5f10bfd6cd7622b362886b2b0b4d1790617bea4d7a5ca4fe7cad22293bbe");
    CAF_CHECK_EQUAL(digest("unlock_token", rails_defaults::v7_1),
                    "e8be9dbd41a85016b88a8306573305327d94f7e084c93f85d41488b95e17e27f");
}
