#define CAF_SUITE widths

#include "config/widths.hpp"
#include "tests/support/test.hpp"

using atelier::parse_widths;

using widths = std::vector<std::int32_t>;

CAF_TEST(widths come in ascending order and each once) {
    CAF_CHECK(parse_widths("") == widths{});
    CAF_CHECK(parse_widths(" ") == widths{});
    CAF_CHECK(parse_widths("320") == widths{320});
    CAF_CHECK(parse_widths(" 640,320 , 320") == (widths{320, 640}));
    CAF_CHECK(parse_widths("16,8192") == (widths{16, 8192}));
}

CAF_TEST(what is no list of widths is refused) {
    std::string many = "16";
    for (int i = 0; i < 32; ++i)
        many += ", 32";
    for (const auto& text :
         {std::string{","}, std::string{"320,"}, std::string{",320"}, std::string{"320 640"},
          std::string{"15"}, std::string{"8193"}, std::string{"-320"}, std::string{"+320"},
          std::string{"320px"}, std::string{"99999999999"}, many}) {
        CAF_MESSAGE(text);
        CAF_CHECK(!parse_widths(text));
    }
}
