#include "actors/engines/replicate.hpp"

#include "actors/engines/job_driver.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

bool is_replicate_id(std::string_view text) {
    return is_path_id(text, "-");
}

/// The last percentage that a log shows, as progress bars do; 0 to 1.
std::optional<double> read_percentage(const std::string& logs) {
    const auto sign = logs.rfind('%');
    if (sign == std::string::npos)
        return std::nullopt;
    auto begin = sign;
    while (begin > 0 && sign - begin < 3 && logs[begin - 1] >= '0' && logs[begin - 1] <= '9')
        --begin;
    if (begin == sign)
        return std::nullopt;
    return std::min(std::stoi(logs.substr(begin, sign - begin)), 100) / 100.0;
}

picture_source at(const boost::json::string& url) {
    picture_source source;
    source.url.assign(url.data(), url.size());
    return source;
}

/// A file is a URL; several are an array, and some models give an object of them.
engine_state read_output(const boost::json::value* output, std::int32_t index) {
    if (output == nullptr || output->is_null())
        return engine_failure{true, "the engine's picture has expired", engine_fault::engine};
    if (output->is_string() && !output->get_string().empty())
        return at(output->get_string());
    if (const auto* several = output->if_array()) {
        const auto count = static_cast<std::int64_t>(several->size());
        const auto place = index < 0 ? count + index : index;
        if (place >= 0 && place < count)
            if (const auto* url = (*several)[static_cast<std::size_t>(place)].if_string();
                url != nullptr && !url->empty())
                return at(*url);
    }
    return nonsense("its output is not a picture");
}

bool is_about_content(const std::string& error) {
    return error.find("NSFW") != std::string::npos || error.find("sensitive") != std::string::npos ||
           error.find("E005") != std::string::npos;
}

class replicate final : public job_driver {
public:
    explicit replicate(replicate_options options) : options_{std::move(options)} {}

    [[nodiscard]] std::string_view name() const override { return "replicate"; }
    [[nodiscard]] engine_request probe() const override { return {"GET", "/account"}; }

private:
    [[nodiscard]] bool is_id(const std::string& text) const override { return is_replicate_id(text); }

    std::variant<std::string, engine_failure> begin(remote_job& job) const override {
        auto read = read_inputs(job, options_.upload);
        if (auto* why = std::get_if<engine_failure>(&read))
            return std::move(*why);
        const auto& in = std::get<engine_inputs>(read);
        auto request =
            write_replicate_prediction(job.order(), in.parameters, options_, in.photo, job.time_left());
        if (auto* why = std::get_if<engine_failure>(&request))
            return std::move(*why);
        const auto response = job.call(std::get<engine_request>(request));
        if (auto why = job.failure_in(response))
            return std::move(*why);
        return read_replicate_id(response.body);
    }

    std::optional<engine_outcome> follow(remote_job& job, const std::string& id) const override {
        const auto target = "/predictions/" + id;
        auto result = job.follow(id, {"GET", target}, [this](const std::string& body) {
            return read_replicate_prediction(body, options_.output_index);
        });
        if (job.is_unwanted())
            job.call_at_last({"POST", target + "/cancel"});
        return result;
    }

    const replicate_options options_;
};

} // namespace

std::variant<engine_request, engine_failure> write_replicate_prediction(const engine_job& job,
                                                                        const engine_parameters& parameters,
                                                                        const replicate_options& options,
                                                                        const std::string& photo,
                                                                        std::chrono::milliseconds time_left) {
    auto input = read_object(options.input);
    if (!input)
        return engine_failure{false, "the model's input is not a JSON object", engine_fault::setup};
    const auto set = [&](const std::string& field, boost::json::value value) {
        if (!field.empty())
            (*input)[field] = std::move(value);
    };
    set(options.prompt_field, boost::json::value(job.prompt));
    set(options.seed_field, job.seed);
    if (!parameters.negative_prompt.empty())
        set(options.negative_field, boost::json::value(parameters.negative_prompt));
    if (parameters.steps)
        set(options.steps_field, *parameters.steps);
    if (parameters.guidance)
        set(options.guidance_field, *parameters.guidance);
    if (parameters.strength)
        set(options.strength_field, *parameters.strength);
    set(options.image_field, boost::json::value("data:image/jpeg;base64," + photo));

    boost::json::object body;
    if (!options.version.empty())
        body["version"] = options.version;
    if (!options.webhook.empty()) {
        body["webhook"] = options.webhook;
        body["webhook_events_filter"] = boost::json::array{boost::json::value("completed")};
    }
    body["input"] = std::move(*input);
    engine_request request{"POST", options.version.empty() ? "/models/" + options.model + "/predictions"
                                                           : "/predictions"};
    // Nobody is to pay for what comes too late. The shortest that is taken is five seconds.
    const auto seconds =
        std::max<std::int64_t>(5, std::chrono::ceil<std::chrono::seconds>(time_left).count());
    request.headers = {"Content-Type: application/json", "Accept: application/json",
                       "Cancel-After: " + std::to_string(seconds) + "s"};
    request.body = boost::json::serialize(body);
    return request;
}

std::variant<std::string, engine_failure> read_replicate_id(const std::string& body) {
    const auto reply = read_object(body);
    auto id = reply ? text_of(*reply, "id") : "";
    if (!is_replicate_id(id))
        return nonsense("it has no prediction id");
    return id;
}

engine_state read_replicate_prediction(const std::string& body, std::int32_t output_index) {
    const auto reply = read_object(body);
    if (!reply)
        return nonsense("it is not a JSON object");
    const auto status = text_of(*reply, "status");
    if (status == "starting")
        return engine_working{};
    if (status == "processing")
        return engine_working{read_percentage(text_of(*reply, "logs"))};
    if (status == "succeeded")
        return read_output(reply->if_contains("output"), output_index);
    if (status == "canceled" || status == "aborted")
        return engine_failure{false, "the prediction was given up at the engine"};
    if (status != "failed")
        return nonsense("the status of the prediction is unknown");
    const auto error = text_of(*reply, "error");
    return engine_failure{!is_about_content(error), "the model failed" + (error.empty() ? "" : ": " + error)};
}

std::unique_ptr<engine> make_replicate(replicate_options options, remote_options remote) {
    if (!remote.secret.empty())
        remote.access.authorization = "Bearer " + remote.secret;
    return std::make_unique<remote_engine>(std::make_unique<const replicate>(std::move(options)),
                                           std::move(remote));
}

} // namespace atelier
