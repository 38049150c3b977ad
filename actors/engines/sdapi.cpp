#include "actors/engines/sdapi.hpp"

#include "actors/domain/base64_text.hpp"
#include "actors/engines/job_driver.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace atelier {
namespace {

class sdapi final : public remote_driver {
public:
    explicit sdapi(sdapi_options options) : options_{std::move(options)} {}

    [[nodiscard]] std::string_view name() const override { return "sdapi"; }
    [[nodiscard]] engine_request probe() const override { return look(); }

    [[nodiscard]] engine_outcome work(remote_job& job) const override {
        std::optional<engine_request> request;
        {
            auto read = read_inputs(job, options_.upload);
            if (auto* why = std::get_if<engine_failure>(&read))
                return std::move(*why);
            const auto& in = std::get<engine_inputs>(read);
            request = write_sdapi_img2img(job.order(), in.parameters, options_, in.photo, in.size);
        }
        const auto response = job.call_long(*request, [&] { tell_progress(job); });
        if (job.is_unwanted())
            interrupt(job);
        if (auto why = job.failure_in(response))
            return std::move(*why);
        auto read = read_sdapi_img2img(response.body);
        if (auto* why = std::get_if<engine_failure>(&read))
            return std::move(*why);
        return job.deliver(std::get<picture_source>(read));
    }

private:
    static bool is_about(const remote_job& job, const sdapi_progress& seen) {
        if (!seen.under_way)
            return false;
        return seen.task.empty() ? job.options().threads == 1 : seen.task == sdapi_task_id(job.order());
    }

    static engine_request look() { return {"GET", "/sdapi/v1/progress?skip_current_image=true"}; }

    static void tell_progress(remote_job& job) {
        const auto response = job.call_beside(look());
        if (job.failure_in(response))
            return;
        if (const auto seen = read_sdapi_progress(response.body); seen && is_about(job, *seen))
            job.progress(seen->done);
    }

    static void interrupt(remote_job& job) {
        const auto response = job.call_at_last(look());
        const auto seen = read_sdapi_progress(response.body);
        if (response.status == 200 && seen && is_about(job, *seen))
            job.call_at_last(post_json("/sdapi/v1/interrupt", "{}"));
    }

    const sdapi_options options_;
};

std::string basic_authorization(const std::string& user, const std::string& password) {
    return "Basic " + to_base64(user + ":" + password);
}

} // namespace

std::string sdapi_task_id(const engine_job& job) {
    return "atelier-" + std::to_string(job.id.value);
}

engine_request write_sdapi_img2img(const engine_job& job, const engine_parameters& parameters,
                                   const sdapi_options& options, const std::string& photo,
                                   picture_size size) {
    const auto& negative =
        parameters.negative_prompt.empty() ? options.negative_prompt : parameters.negative_prompt;
    boost::json::object body{
        {"prompt", job.prompt},
        {"negative_prompt", negative},
        {"steps", parameters.steps.value_or(options.steps)},
        {"cfg_scale", parameters.guidance.value_or(options.guidance)},
        {"denoising_strength", parameters.strength.value_or(options.strength)},
        {"width", size.width},
        {"height", size.height},
        {"seed", job.seed},
        {"batch_size", 1},
        {"n_iter", 1},
        {"send_images", true},
        {"save_images", false},
        {"force_task_id", sdapi_task_id(job)},
    };
    if (!options.sampler.empty())
        body["sampler_name"] = options.sampler;
    if (!options.checkpoint.empty())
        body["override_settings"] = boost::json::object{{"sd_model_checkpoint", options.checkpoint}};
    body["init_images"] = boost::json::array{boost::json::value(photo)};
    return post_json("/sdapi/v1/img2img", boost::json::serialize(body));
}

std::variant<picture_source, engine_failure> read_sdapi_img2img(const std::string& body) {
    const auto reply = read_object(body);
    if (!reply)
        return nonsense("it is not a JSON object");
    const auto* images = reply->if_contains("images");
    if (images == nullptr || !images->is_array() || images->get_array().empty() ||
        !images->get_array().front().is_string())
        return nonsense("it has no picture");
    const auto& text = images->get_array().front().get_string();
    picture_source source;
    source.base64.assign(text.data(), text.size());
    if (source.base64.empty())
        return nonsense("it has no picture");
    return source;
}

std::optional<sdapi_progress> read_sdapi_progress(const std::string& body) {
    const auto reply = read_object(body);
    const auto done = reply ? number_of(*reply, "progress") : std::nullopt;
    if (!done)
        return std::nullopt;
    sdapi_progress seen;
    seen.done = std::clamp(*done, 0.0, 1.0);
    seen.task = text_of(*reply, "current_task");
    // An idle server says 0 of 0 jobs.
    const auto* state = object_of(*reply, "state");
    const auto jobs = state == nullptr ? std::nullopt : number_of(*state, "job_count");
    seen.under_way = jobs ? *jobs != 0 : *done > 0;
    return seen;
}

std::unique_ptr<engine> make_sdapi(sdapi_options options, remote_options remote) {
    if (!remote.secret.empty())
        remote.access.authorization = basic_authorization(options.user, remote.secret);
    return std::make_unique<remote_engine>(std::make_unique<const sdapi>(std::move(options)),
                                           std::move(remote));
}

} // namespace atelier
