#define CAF_SUITE tree_patterns

#include "tests/support/test.hpp"
#include "tests/tree/complaints.hpp"
#include "tests/tree/patterns.hpp"
#include "tests/tree/source_tree.hpp"

using namespace atelier::test;

CAF_TEST(the sources keep clear of the patterns that are banned) {
    complaints found;
    for (const auto& file : sources())
        for (const auto& pattern : banned_patterns())
            if (pattern.applies_to(file.path))
                for (const auto at : pattern.find(file))
                    found.add(file.path + ":" + std::to_string(line_of(file.text, at)), pattern.reason);
    found.report();
}

CAF_TEST(every banned pattern is recognised and what resembles it is let through) {
    for (const auto& pattern : banned_patterns()) {
        CAF_MESSAGE(pattern.reason);
        for (const auto& example : pattern.banned)
            CAF_CHECK(!pattern.find(parse_source("actors/example.cpp", example)).empty());
        for (const auto& example : pattern.allowed)
            CAF_CHECK(pattern.find(parse_source("actors/example.cpp", example)).empty());
    }
}

CAF_TEST(comments and literals are no code) {
    const auto file =
        parse_source("x.cpp", "int a = 10'000; // new int\nauto b = R\"(delete)\" /* new */ \"x\\\"y\" 'q';");
    CAF_CHECK_EQUAL(file.code.size(), file.text.size());
    CAF_CHECK_EQUAL(file.code.find("new"), std::string::npos);
    CAF_CHECK_EQUAL(file.code.find("delete"), std::string::npos);
    CAF_CHECK_NOT_EQUAL(file.code.find("10'000"), std::string::npos);
    CAF_REQUIRE_EQUAL(file.literals.size(), 2U);
    CAF_CHECK_EQUAL(file.literals[0].text, "delete");
    CAF_CHECK_EQUAL(file.literals[1].text, "x\\\"y");
    CAF_CHECK_EQUAL(file.code[file.literals[1].end - 1], '"');
}
