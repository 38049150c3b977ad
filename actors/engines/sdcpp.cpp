#include "actors/engines/sdcpp.hpp"

#include "actors/engines/base64.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

engine_request post(std::string target, std::string body) {
    engine_request request{"POST", std::move(target)};
    request.headers = {"Content-Type: application/json", "Accept: application/json"};
    request.body = std::move(body);
    return request;
}

/// Ids become parts of a path.
bool is_id(const std::string& text) {
    return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
}

class sdcpp final : public remote_driver {
public:
    explicit sdcpp(sdcpp_options options) : options_{std::move(options)} {}

    [[nodiscard]] std::string_view name() const override { return "sdcpp"; }

    [[nodiscard]] engine_outcome work(remote_job& job) const override {
        if (is_id(job.order().attach_to))
            if (auto result = follow(job, job.order().attach_to))
                return std::move(*result);
        auto begun = begin(job);
        if (auto* why = std::get_if<engine_failure>(&begun))
            return std::move(*why);
        auto result = follow(job, std::get<std::string>(begun));
        return result ? std::move(*result) : engine_outcome{work_is_lost()};
    }

private:
    std::variant<std::string, engine_failure> begin(remote_job& job) const {
        const auto parameters = read_parameters(job.order().parameters);
        if (const auto* why = std::get_if<engine_failure>(&parameters))
            return *why;
        auto prepared = job.prepare(options_.upload);
        if (auto* why = std::get_if<engine_failure>(&prepared))
            return std::move(*why);
        const auto& upload = std::get<remote_job::upload>(prepared);
        const auto photo = base64_of_file(upload.file.path());
        if (!photo)
            return engine_failure{true, photo.error().detail, engine_fault::engine};
        const auto response = job.call(write_sdcpp_job(job.order(), std::get<engine_parameters>(parameters),
                                                       options_, *photo, upload.size));
        if (auto why = job.failure_in(response))
            return std::move(*why);
        return read_sdcpp_id(response.body);
    }

    static std::optional<engine_outcome> follow(remote_job& job, const std::string& id) {
        const auto target = "/sdcpp/v1/jobs/" + id;
        auto result = job.follow(id, {"GET", target}, read_sdcpp_job);
        if (job.is_unwanted())
            job.call_at_last(post(target + "/cancel", "{}"));
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
    return post("/sdcpp/v1/img_gen", boost::json::serialize(body));
}

std::variant<std::string, engine_failure> read_sdcpp_id(const std::string& body) {
    const auto reply = read_object(body);
    auto id = reply ? text_of(*reply, "id") : "";
    if (!is_id(id))
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
