// Restyles photos with the engine `preview`, one after the other on this thread: what a job of it costs apart
// from everything around it.

#include "actors/engines/preview_picture.hpp"
#include "config/prompt_template.hpp"
#include "config/seeds.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <span>
#include <variant>

namespace atelier::bench {
namespace {

constexpr const char* usage = "usage: preview DIRECTORY PHOTO...\n"
                              "Restyles each PHOTO into DIRECTORY, in one seeded style after the other; says "
                              "how many pixels they have.\n";

std::string prompt_of(const style_seed& style) {
    const auto parsed = parse_prompt_template(style.prompt);
    return std::get<prompt_template>(parsed).render({.room_type = "living_room", .style = style.name});
}

int run(std::span<char*> arguments) {
    if (arguments.size() < 3) {
        std::cerr << usage;
        return EXIT_FAILURE;
    }
    const std::filesystem::path directory{arguments[1]};
    const auto styles = style_seeds();
    std::uint64_t pixels = 0;
    std::uint64_t count = 0;
    for (const auto* photo : arguments.subspan(2)) {
        const auto prompt = prompt_of(styles[count % styles.size()]);
        const auto output = directory / (std::to_string(++count) + ".jpg");
        const preview_order order{.input = photo, .output = output, .prompt = prompt, .seed = count};
        const auto made = make_preview(order, [](double) { return true; });
        if (!made) {
            std::cerr << "preview: " << photo << ": " << made.error().detail << '\n';
            return EXIT_FAILURE;
        }
        pixels += static_cast<std::uint64_t>(made->width) * static_cast<std::uint64_t>(made->height);
    }
    std::cout << "{\"pixels\":" << pixels << "}\n";
    return EXIT_SUCCESS;
}

} // namespace
} // namespace atelier::bench

int main(int argc, char** argv) {
    return atelier::bench::run({argv, static_cast<std::size_t>(argc)});
}
