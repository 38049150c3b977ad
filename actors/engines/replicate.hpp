#pragma once

#include "actors/engines/engine_parameters.hpp"
#include "actors/engines/remote_engine.hpp"

#include <memory>
#include <string>

namespace atelier {

/// Which model is run, and how its inputs are called: every model has its own.
struct replicate_options {
    std::string model;        ///< "owner/name": its latest version, for official models; or
    std::string version;      ///< 64 hexadecimal digits, which go before `model`
    std::string input = "{}"; ///< JSON object: inputs that are the same for all jobs
    std::string image_field = "image";
    std::string prompt_field = "prompt";
    std::string seed_field = "seed"; ///< "" = the model takes none; so also below
    std::string negative_field = "negative_prompt";
    std::string steps_field = "num_inference_steps";
    std::string guidance_field = "guidance_scale";
    std::string strength_field = "prompt_strength";
    std::int32_t output_index = -1; ///< which of several outputs is the picture; from the end when negative
    std::string webhook;            ///< where Replicate tells us of the end; "" = we look for ourselves
    upload_shape upload{.longest_side = 1024, .multiple = 8};
};

/// The call that begins a prediction; `photo` in Base64. The engine gives it up itself after `time_left`.
/// Pure.
[[nodiscard]] std::variant<engine_request, engine_failure>
write_replicate_prediction(const engine_job& job, const engine_parameters& parameters,
                           const replicate_options& options, const std::string& photo,
                           std::chrono::milliseconds time_left);
/// The id of a prediction: in the reply to that call, and in the body of a webhook. Pure.
[[nodiscard]] std::variant<std::string, engine_failure> read_replicate_id(const std::string& body);
/// What Replicate says about a prediction; `output_index` as in the options. Pure.
[[nodiscard]] engine_state read_replicate_prediction(const std::string& body, std::int32_t output_index);

/// The signature of a webhook, as its headers have it.
struct replicate_signature {
    std::string id;        ///< webhook-id
    std::string timestamp; ///< webhook-timestamp, in seconds since 1970
    std::string signature; ///< webhook-signature: "v1,<Base64>", several separated by spaces
};
/// Whether `body`, exactly as received, was signed with `secret` ("whsec_…") within five minutes of `now`.
/// Signatures are compared in constant time. Pure.
/// Source: https://replicate.com/docs/topics/webhooks/verify-webhook
[[nodiscard]] bool verify_replicate_webhook(const replicate_signature& header, const std::string& body,
                                            const std::string& secret, instant now);

/// Predictions of Replicate: POST below `remote.access.base_url` (https://api.replicate.com/v1), then GET
/// /predictions/{id} until it has ended; `remote.secret` is the API token. A webhook (`engine::look_again`)
/// only shortens the waiting: what counts is what Replicate answers, so one that is lost, repeated or forged
/// does no harm. A prediction can be attached to again; its files last an hour. Source:
/// https://replicate.com/docs/topics/predictions
[[nodiscard]] std::unique_ptr<engine> make_replicate(replicate_options options, remote_options remote);

} // namespace atelier
