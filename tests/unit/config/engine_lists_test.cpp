#define CAF_SUITE engine_lists

#include "config/engine_lists.hpp"
#include "tests/support/test.hpp"

#include <string>

using namespace atelier;

namespace {

std::string engines(std::string_view list) {
    const auto names = parse_engine_list(list);
    if (!names)
        return "none";
    std::string text;
    for (const auto name : *names)
        text.append(name).append(" ");
    return text;
}

std::string styles(std::string_view list) {
    const auto choices = parse_style_engines(list);
    if (!choices)
        return "none";
    std::string text;
    for (const auto& [style, name] : *choices)
        text.append(std::to_string(style)).append("=").append(name).append(" ");
    return text;
}

} // namespace

CAF_TEST(engines are listed in order) {
    CAF_CHECK_EQUAL(engines(""), "");
    CAF_CHECK_EQUAL(engines("preview"), "preview ");
    CAF_CHECK_EQUAL(engines(" sdapi,replicate , preview "), "sdapi replicate preview ");
}

CAF_TEST(what is no list of engines is refused) {
    for (const auto* wrong : {"nobody", "sdapi preview", "sdapi,", ",", "sdapi,,preview", "Preview"})
        CAF_CHECK_EQUAL(engines(wrong), "none");
}

CAF_TEST(styles have an engine each) {
    CAF_CHECK_EQUAL(styles(""), "");
    CAF_CHECK_EQUAL(styles("7: openai,12 :replicate"), "7=openai 12=replicate ");
    CAF_CHECK_EQUAL(styles("999999999999999999: preview"), "999999999999999999=preview ");
}

CAF_TEST(what is no list of styles is refused) {
    for (const auto* wrong : {"7", "7: nobody", "seven: openai", "7: openai, 7: preview", "0: openai",
                              "1999999999999999999: preview", "7= openai"})
        CAF_CHECK_EQUAL(styles(wrong), "none");
}
