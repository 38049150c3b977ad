#pragma once

#include "actors/engines/engine_parameters.hpp"
#include "actors/engines/remote_engine.hpp"

#include <memory>
#include <string>

namespace atelier {

/// What is asked of a server that speaks the API of AUTOMATIC1111's web UI.
struct sdapi_options {
    std::string user;       ///< of Basic authentication, if `remote_options::secret` is set
    std::string checkpoint; ///< "" = the one that is loaded
    std::string sampler;    ///< "" = the server's default
    std::int32_t steps = 30;
    double guidance = 7.0;
    double strength = 0.6; ///< how far the picture may leave the photo: denoising_strength
    std::string negative_prompt = "watermark, text, blurry, deformed furniture, warped walls";
    upload_shape upload{.longest_side = 1024, .multiple = 8};
};

/// The id that a job has at the server, to tell whose work is under way.
[[nodiscard]] std::string sdapi_task_id(const engine_job& job);

/// The call that paints; `photo` in Base64, `size` its pixels. What `parameters` asks for goes before
/// `options`. Pure.
[[nodiscard]] engine_request write_sdapi_img2img(const engine_job& job, const engine_parameters& parameters,
                                                 const sdapi_options& options, const std::string& photo,
                                                 picture_size size);
/// Its reply, after a status of 2xx. Pure.
[[nodiscard]] std::variant<picture_source, engine_failure> read_sdapi_img2img(const std::string& body);

/// What the server says about the work under way.
struct sdapi_progress {
    double done = 0;        ///< 0 to 1
    std::string task;       ///< whose it is; "" when the server does not say
    bool under_way = false; ///< false = the server is idle
};
/// Pure.
[[nodiscard]] std::optional<sdapi_progress> read_sdapi_progress(const std::string& body);

/// POST /sdapi/v1/img2img below `remote.access.base_url`, e.g. http://127.0.0.1:7860; `remote.secret` is the
/// password of Basic authentication. The server works on one job at a time and lets the others wait within
/// their calls, so `remote.threads` is best 1. What is interrupted there is whatever is under way: this
/// engine does so only when the server says, or nothing else is possible, that it is the job to be cancelled.
/// Source: AUTOMATIC1111/stable-diffusion-webui, modules/api/api.py and models.py.
[[nodiscard]] std::unique_ptr<engine> make_sdapi(sdapi_options options, remote_options remote);

} // namespace atelier
