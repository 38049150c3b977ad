// Draws the pictures of the documentation: one photo in many styles, side by side, with their names.

#include "actors/engines/image_file.hpp"
#include "actors/engines/preview_picture.hpp"
#include "actors/engines/vips_image.hpp"
#include "config/prompt_template.hpp"
#include "config/seeds.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace atelier {
namespace {

constexpr const char* usage = "usage: contact_sheet INPUT OUTPUT [CELL_WIDTH [ACROSS [STYLE...]]]\n"
                              "Draws the photo INPUT as it is and in each style (all seeded ones, unless "
                              "some are named) into the JPEG OUTPUT,\n"
                              "in cells CELL_WIDTH (480) pixels wide, ACROSS (3) of them in a row.\n";

constexpr int margin = 8;
constexpr int caption_height = 34;

template <class Call>
vips_image must(Call call) {
    auto image = vips_result(call);
    if (!image)
        throw std::runtime_error{take_vips_errors()};
    return image;
}

vips_image reduced(const std::filesystem::path& file, int width) {
    return must([&](VipsImage** out) { return vips_thumbnail(file.c_str(), out, width, nullptr); });
}

vips_image on_white(const vips_image& image, int left, int top, int width, int height) {
    VipsArrayDouble* white = vips_array_double_newv(3, 255.0, 255.0, 255.0);
    auto result = must([&](VipsImage** out) {
        return vips_embed(image.get(), out, left, top, width, height, "extend", VIPS_EXTEND_BACKGROUND,
                          "background", white, nullptr);
    });
    vips_area_unref(VIPS_AREA(white));
    return result;
}

/// Dark letters on white.
vips_image caption(const std::string& text, int width) {
    const auto mask = must(
        [&](VipsImage** out) { return vips_text(out, text.c_str(), "font", "sans 12", "dpi", 96, nullptr); });
    const auto inverted = must([&](VipsImage** out) { return vips_invert(mask.get(), out, nullptr); });
    const auto colour = must([&](VipsImage** out) {
        return vips_colourspace(inverted.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
    return on_white(colour, margin, 6, width, caption_height);
}

/// A picture with a name beneath it.
vips_image cell(const vips_image& picture, const std::string& name) {
    const int width = vips_image_get_width(picture.get());
    const auto below = caption(name, width);
    return must([&](VipsImage** out) {
        return vips_join(picture.get(), below.get(), out, VIPS_DIRECTION_VERTICAL, nullptr);
    });
}

std::string prompt_of(const style_seed& style) {
    const auto parsed = parse_prompt_template(style.prompt);
    return std::get<prompt_template>(parsed).render({.room_type = "living_room", .style = style.name});
}

/// The photo as it is, then in the styles that are wanted.
std::vector<vips_image> cells(const std::filesystem::path& input, int width,
                              std::span<const std::string> wanted, const std::filesystem::path& directory) {
    // Restyled at twice the size, as a photo would be.
    const auto photo = directory / "photo.png";
    if (vips_pngsave(reduced(input, 2 * width).get(), photo.c_str(), "strip", TRUE, nullptr) != 0)
        throw std::runtime_error{take_vips_errors()};
    std::vector<vips_image> result;
    result.push_back(cell(reduced(photo, width), "Before"));
    for (const auto& style : style_seeds()) {
        if (!wanted.empty() && std::ranges::find(wanted, style.name) == wanted.end())
            continue;
        const std::string name{style.name};
        const auto prompt = prompt_of(style);
        const auto output = directory / (name + ".jpg");
        const preview_order order{.input = photo, .output = output, .prompt = prompt, .seed = 1};
        if (const auto made = make_preview(order, [](double) { return true; }); !made)
            throw std::runtime_error{name + ": " + made.error().detail};
        result.push_back(cell(reduced(output, width), name));
    }
    return result;
}

void draw(const std::filesystem::path& input, const std::filesystem::path& output, int width, int across,
          std::span<const std::string> wanted) {
    start_vips();
    const test::temporary_directory directory;
    const auto pictures = cells(input, width, wanted, directory.path());
    std::vector<VipsImage*> images(pictures.size());
    std::ranges::transform(pictures, images.begin(), &vips_image::get);
    const auto count = static_cast<int>(images.size());
    VipsArrayDouble* white = vips_array_double_newv(3, 255.0, 255.0, 255.0);
    const auto sheet = must([&](VipsImage** out) {
        return vips_arrayjoin(images.data(), out, count, "across", std::min(across, count), "shim", margin,
                              "background", white, nullptr);
    });
    vips_area_unref(VIPS_AREA(white));
    const auto framed = on_white(sheet, margin, margin, vips_image_get_width(sheet.get()) + 2 * margin,
                                 vips_image_get_height(sheet.get()) + margin);
    if (vips_jpegsave(framed.get(), output.c_str(), "Q", 82, "strip", TRUE, "optimize_coding", TRUE,
                      nullptr) != 0)
        throw std::runtime_error{take_vips_errors()};
}

int run(std::span<char*> arguments) {
    if (arguments.size() < 3) {
        std::cerr << usage;
        return EXIT_FAILURE;
    }
    const auto number = [&](std::size_t i, int otherwise) {
        return arguments.size() > i ? std::atoi(arguments[i]) : otherwise;
    };
    const int width = number(3, 480);
    const int across = number(4, 3);
    if (width < 64 || across < 1) {
        std::cerr << usage;
        return EXIT_FAILURE;
    }
    const std::vector<std::string> wanted(
        arguments.begin() + std::min<std::ptrdiff_t>(5, std::ssize(arguments)), arguments.end());
    try {
        draw(arguments[1], arguments[2], width, across, wanted);
        return EXIT_SUCCESS;
    } catch (const std::exception& e) {
        std::cerr << "contact_sheet: " << e.what() << '\n';
        return EXIT_FAILURE;
    }
}

} // namespace
} // namespace atelier

int main(int argc, char** argv) {
    return atelier::run({argv, static_cast<std::size_t>(argc)});
}
