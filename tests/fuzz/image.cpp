// Pictures from strangers: looked at, and made ready for an engine.

#include "actors/engines/image_file.hpp"
#include "actors/engines/upload_picture.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace atelier;
using atelier::fuzz::require;

namespace {

constexpr inspection_limits limits{.pixels = 200'000, .time = std::chrono::seconds{5}};

struct place {
    test::temporary_directory directory;
    std::filesystem::path photo = directory.path() / "photo";
    std::filesystem::path output = directory.path() / "output";
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    static const place here;
    const fuzz::input in{data, length};
    const auto bytes = in.rest();
    fuzz::write_file(here.photo, bytes);
    const auto info = inspect_image(here.photo, limits);
    if (!info) {
        require(info.error().code != errc::unavailable, "the file is there");
        return 0;
    }
    require(info->content_type == sniff_image(bytes), "the type follows from the first bytes");
    require(info->width > 0 && info->height > 0, "a picture has a size");
    const auto pixels = static_cast<std::uint64_t>(info->width) * static_cast<std::uint64_t>(info->height);
    require(pixels <= limits.pixels, "a picture is within the limits");
    const auto sent = write_upload(here.photo, here.output, {.longest_side = 64, .multiple = 8});
    if (!sent)
        return 0;
    const auto seen = inspect_image(here.output, limits);
    require(seen && seen->content_type == "image/jpeg", "what an engine is sent is a JPEG");
    require(seen->width == sent->width && seen->height == sent->height, "of the size that it is told");
    return 0;
}
