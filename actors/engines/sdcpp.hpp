#pragma once

#include "actors/engines/engine_parameters.hpp"
#include "actors/engines/remote_engine.hpp"

#include <memory>
#include <string>

namespace atelier {

/// What is asked of stable-diffusion.cpp's server.
struct sdcpp_options {
    bool editing_model = false; ///< takes instructions (Kontext, Qwen-Image-Edit): the photo is a reference
    std::int32_t steps = 0;     ///< 0 = the server's default
    double guidance = 0;        ///< 0 = the server's default
    double strength = 0.6;      ///< how far the picture may leave the photo; not for editing models
    std::string negative_prompt = "watermark, text, blurry, deformed furniture, warped walls";
    upload_shape upload{.longest_side = 1024, .multiple = 64};
};

/// The call that begins a job; `photo` in Base64, `size` its pixels. What `parameters` asks for goes before
/// `options`. Pure.
[[nodiscard]] engine_request write_sdcpp_job(const engine_job& job, const engine_parameters& parameters,
                                             const sdcpp_options& options, const std::string& photo,
                                             picture_size size);
/// The id in the reply to it, after a status of 2xx. Pure.
[[nodiscard]] std::variant<std::string, engine_failure> read_sdcpp_id(const std::string& body);
/// What the server says about a job. Pure.
[[nodiscard]] engine_state read_sdcpp_job(const std::string& body);

/// The asynchronous jobs of stable-diffusion.cpp's server: POST /sdcpp/v1/img_gen below
/// `remote.access.base_url`, e.g. http://127.0.0.1:1234, then GET /sdcpp/v1/jobs/{id}. The server keeps what
/// it has finished for ten minutes, so a job can be attached to again. One that is being painted already
/// cannot be cancelled there. Source: leejet/stable-diffusion.cpp, examples/server/api.md and
/// routes_sdcpp.cpp.
[[nodiscard]] std::unique_ptr<engine> make_sdcpp(sdcpp_options options, remote_options remote);

} // namespace atelier
