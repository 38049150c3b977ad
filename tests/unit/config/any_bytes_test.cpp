#define CAF_SUITE config_any_bytes
#include "config/document.hpp"
#include "config/load.hpp"
#include "config/printable.hpp"
#include "config/prompt_template.hpp"
#include "config/seeds.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

using namespace atelier;

namespace {

std::optional<std::string> no_variables(const std::string& /*name*/) {
    return std::nullopt;
}

std::string example() {
    std::ifstream in{test::source_directory() / "config" / "atelier.conf", std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// `text` with a few bytes replaced, removed or doubled, the same ones for the same seed.
std::string mutated(std::string text, std::mt19937& random) {
    static constexpr std::string_view interesting = "\n\r\t\"\\{}[]=#,._-(env9s\x01\x80\xC3\xFF";
    const auto below = [&random](std::size_t n) { return random() % n; };
    for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
        const auto at = below(text.size());
        switch (below(3)) {
        case 0:
            text[at] = interesting[below(interesting.size())];
            break;
        case 1:
            text.erase(at, 1 + below(20));
            break;
        default:
            text.insert(at, text.substr(below(text.size()), below(40)));
            break;
        }
    }
    return text;
}

/// What has to hold for the errors of any text: each lies within it and can be shown on a terminal.
bool sound(const located_error& error, std::string_view text) {
    const auto shown = to_string(error);
    const auto visible = [](char c) {
        return c == '\n' || c == '\t' || static_cast<unsigned char>(c) >= ' ';
    };
    return error.at && error.at->offset <= text.size() && error.at->line >= 1 && error.at->column >= 1 &&
           !error.message.empty() && error.excerpt.ends_with('^') && std::ranges::all_of(shown, visible);
}

} // namespace

CAF_TEST(a configuration of any bytes is read or refused with sound errors) {
    const auto text = example();
    std::mt19937 random{20240229};
    for (int round = 0; round < 1000; ++round) {
        const auto broken = mutated(text.substr(random() % text.size(), 400), random);
        const auto result = load_text(broken, "mutated", no_variables);
        if (!std::ranges::all_of(result.errors, [&](const auto& error) { return sound(error, broken); })) {
            CAF_FAIL("unsound error for: " << printable(broken));
        }
    }
}

CAF_TEST(a configuration of noise is refused) {
    std::mt19937 random{7};
    for (int round = 0; round < 1000; ++round) {
        std::string noise(1 + random() % 200, '\0');
        std::ranges::generate(noise, [&] { return static_cast<char>(random()); });
        const auto read = parse_text(noise);
        CAF_REQUIRE(!read.error || sound(*read.error, noise));
    }
}

CAF_TEST(a prompt template of any bytes is read or refused with sound errors) {
    std::mt19937 random{11};
    for (int round = 0; round < 1000; ++round) {
        const auto& seed = style_seeds()[random() % style_seeds().size()];
        const auto broken = mutated(std::string{seed.prompt}, random);
        const auto parsed = parse_prompt_template(broken);
        const auto* error = std::get_if<located_error>(&parsed);
        CAF_REQUIRE(error == nullptr || sound(*error, broken));
    }
}

CAF_TEST(large texts are read in reasonable depth and time) {
    CAF_CHECK(parse_text(std::string(max_file_size, '#')).assignments.empty());
    CAF_CHECK(parse_text("a = [" + std::string(max_file_size, '[')).error.has_value());
    CAF_CHECK(parse_text("a = \"" + std::string(max_file_size, 'x')).error.has_value());
    CAF_CHECK(parse_text("a = " + std::string(max_file_size, '1')).error.has_value());
    std::string blocks;
    for (int i = 0; i < 20'000; ++i) {
        blocks += "a{}b=1\n";
    }
    CAF_CHECK_EQUAL(load_text(blocks, "blocks", no_variables).errors.size(), max_load_errors);
}
