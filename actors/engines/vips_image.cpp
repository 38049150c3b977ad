#include "actors/engines/vips_image.hpp"

namespace atelier {
namespace {

void check_time(VipsImage* image, VipsProgress* /*progress*/, const vips_time_limit::steady_time* until) {
    if (std::chrono::steady_clock::now() >= *until)
        vips_image_set_kill(image, TRUE);
}

} // namespace

vips_time_limit::vips_time_limit(VipsImage* image, steady_time until) : image_{image}, until_{until} {
    vips_image_set_progress(image, TRUE);
    watch_ = g_signal_connect(image, "eval", G_CALLBACK(check_time), &until_);
}

vips_time_limit::~vips_time_limit() {
    g_signal_handler_disconnect(image_, watch_);
}

vips_image open_image(const std::filesystem::path& file, std::string_view content_type, VipsAccess access,
                      VipsFailOn fail_on) {
    const auto name = file.string();
    const auto open = [&](auto load) {
        return vips_result([&](VipsImage** out) {
            return load(name.c_str(), out, "access", access, "fail_on", fail_on, nullptr);
        });
    };
    if (content_type == "image/jpeg")
        return open(vips_jpegload);
    if (content_type == "image/png")
        return open(vips_pngload);
    return open(vips_webpload);
}

std::string take_vips_errors() {
    const std::unique_ptr<char, decltype(&g_free)> text{vips_error_buffer_copy(), &g_free};
    std::string result = text ? text.get() : "";
    while (result.ends_with('\n'))
        result.pop_back();
    return result;
}

} // namespace atelier
