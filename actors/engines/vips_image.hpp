#pragma once

// Only the files here that call libvips include this.

#include <vips/vips.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace atelier {

struct release_vips_image {
    void operator()(VipsImage* image) const { g_object_unref(image); }
};
/// One reference to an image; null after a failed operation.
using vips_image = std::unique_ptr<VipsImage, release_vips_image>;

/// Calls an operation `call(VipsImage** out)` that gives 0 and an image, or -1.
template <class Call>
[[nodiscard]] vips_image vips_result(Call call) {
    VipsImage* out = nullptr;
    if (call(&out) != 0)
        return nullptr;
    return vips_image{out};
}

/// Stops the evaluation of an image when its time is over, as long as this object lives; the image outlives
/// it.
class vips_time_limit {
public:
    using steady_time = std::chrono::steady_clock::time_point;

    vips_time_limit(VipsImage* image, steady_time until);
    ~vips_time_limit();
    vips_time_limit(const vips_time_limit&) = delete;
    vips_time_limit& operator=(const vips_time_limit&) = delete;

private:
    VipsImage* image_;
    steady_time until_;
    gulong watch_;
};

/// Opens a file with the loader of this type, "image/jpeg", "image/png" or "image/webp", and no other; of
/// several pages the first. Reads the header only. Evaluation fails on what is as bad as `fail_on` or worse.
[[nodiscard]] vips_image open_image(const std::filesystem::path& file, std::string_view content_type,
                                    VipsAccess access, VipsFailOn fail_on = VIPS_FAIL_ON_ERROR);

/// Takes what libvips has noted about failures: for logs only, since it may name files and mix those of
/// several threads.
[[nodiscard]] std::string take_vips_errors();

} // namespace atelier
