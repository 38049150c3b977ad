#define CAF_SUITE config_grammar
#include "config/grammar.hpp"
#include "tests/support/test.hpp"

#include <tao/pegtl/contrib/analyze.hpp>

CAF_TEST(the grammar cannot loop without reading on) {
    CAF_CHECK_EQUAL(tao::pegtl::analyze<atelier::config_grammar::file>(), 0u);
    CAF_CHECK_EQUAL(tao::pegtl::analyze<atelier::config_grammar::lone_scalar>(), 0u);
}
