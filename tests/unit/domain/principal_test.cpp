#define CAF_SUITE principal

#include "actors/domain/principal.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

CAF_TEST(scopes of keys are read and written as OAuth has them) {
    const auto read = [](std::string_view text) {
        const auto found = scopes::of_key(text);
        return found ? found->text() : "none";
    };
    CAF_CHECK_EQUAL(read("read"), "read");
    CAF_CHECK_EQUAL(read("pay read"), "read pay");
    CAF_CHECK_EQUAL(read("pay generate read"), "read generate pay");
    for (const auto* wrong : {"", " ", "read ", " read", "read  pay", "read read", "account", "read account",
                              "Read", "all", "read,pay"})
        CAF_CHECK_EQUAL(read(wrong), "none");
}

CAF_TEST(a set of scopes contains what it was made of) {
    constexpr scopes some{scope::read, scope::pay};
    CAF_CHECK(some.contain(scope::read) && some.contain(scope::pay));
    CAF_CHECK(!some.contain(scope::generate) && !some.contain(scope::account));
    CAF_CHECK(!scopes{}.contain(scope::read));
    for (const auto s : scopes::all().members())
        CAF_CHECK(scopes::all().contain(s));
    CAF_CHECK_EQUAL(scopes::all().members().size(), 4u);
}
