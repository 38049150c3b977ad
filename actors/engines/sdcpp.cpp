#include "actors/engines/sdcpp.hpp"

#include "actors/engines/job_driver.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace atelier {
namespace {

bool is_sdcpp_id(std::string_view text) {
    return is_path_id(text, "-_");
}

class sdcpp final : public job_driver {
public:
    explicit sdcpp(sdcpp_options options) : options_{std::move(options)} {}

    [[nodiscard]] std::string_view name() const override { return "sdcpp"; }

private:
    [[nodiscard]] bool is_id(const std::string& text) const override { return is_sdcpp_id(text); }

    std::variant<std::string, engine_failure> begin(remote_job& job) const override {
        auto read = read_inputs(job, options_.upload);
        if (auto* why = std::get_if<engine_failure>(&read))
            return std::move(*why);
        const auto& in = std::get<engine_inputs>(read);
        const auto response =
            job.call(write_sdcpp_job(job.order(), in.parameters, options_, in.photo, in.size));
        if (auto why = job.failure_in(response))
            return std::move(*why);
        return read_sdcpp_id(response.body);
    }

    std::optional<engine_outcome> follow(remote_job& job, const std::string& id) const override {
        const auto target = "/sdcpp/v1/jobs/" + id;
        auto result = job.follow(id, {"GET", target}, read_sdcpp_job);
        if (job.is_unwanted())
            job.call_at_last(post_json(target + "/cancel", "{}"));
        return result;
    }

    const sdcpp_options options_;
};

} // namespace

engine_request write_sdcpp_job(const engine_job& job, const engine_parameters& parameters,
                               const sdcpp_options& options, const std::string& photo, picture_size size) {
    const auto& negative =
        parameters.negative_prompt.empty() ? options.negative_prompt : parameters.negative_prompt;
    boost::json::object body{
        {"prompt", job.prompt},   {"negative_prompt", negative},
        {"width", size.width},    {"height", size.height},
        {"seed", job.seed},       {"batch_count", 1},
        {"output_format", "png"},
    };
    boost::json::object sampling;
    if (const auto steps = parameters.steps.value_or(options.steps); steps > 0)
        sampling["sample_steps"] = steps;
    if (const auto guidance = parameters.guidance.value_or(options.guidance); guidance > 0)
        sampling["guidance"] = boost::json::object{{"txt_cfg", guidance}};
    if (!sampling.empty())
        body["sample_params"] = std::move(sampling);
    if (options.editing_model) {
        body["ref_images"] = boost::json::array{boost::json::value(photo)};
    } else {
        body["init_image"] = photo;
        body["strength"] = parameters.strength.value_or(options.strength);
    }
    return post_json("/sdcpp/v1/img_gen", boost::json::serialize(body));
}

std::variant<std::string, engine_failure> read_sdcpp_id(const std::string& body) {
    const auto reply = read_object(body);
    auto id = reply ? text_of(*reply, "id") : "";
    if (!is_sdcpp_id(id))
        return nonsense("it has no job id");
    return id;
}

engine_state read_sdcpp_job(const std::string& body) {
    const auto reply = read_object(body);
    if (!reply)
        return nonsense("it is not a JSON object");
    const auto status = text_of(*reply, "status");
    if (status == "queued" || status == "generating")
        return engine_working{};
    if (status == "cancelled")
        return engine_failure{true, "the job was cancelled at the engine", engine_fault::engine};
    if (status == "failed") {
        const auto text = error_text(body);
        return engine_failure{true, "the engine failed" + (text.empty() ? "" : ": " + text)};
    }
    if (status != "completed")
        return nonsense("the status of the job is unknown");
    const auto* result = object_of(*reply, "result");
    const auto* images = result == nullptr ? nullptr : result->if_contains("images");
    if (images == nullptr || !images->is_array() || images->get_array().empty() ||
        !images->get_array().front().is_object())
        return nonsense("it has no picture");
    picture_source source;
    source.base64 = text_of(images->get_array().front().get_object(), "b64_json");
    if (source.base64.empty())
        return nonsense("it has no picture");
    return source;
}

std::unique_ptr<engine> make_sdcpp(sdcpp_options options, remote_options remote) {
    if (!remote.secret.empty()) // of a proxy before it: the server itself has no authentication
        remote.access.authorization = "Bearer " + remote.secret;
    return std::make_unique<remote_engine>(std::make_unique<const sdcpp>(std::move(options)),
                                           std::move(remote));
}

} // namespace atelier
