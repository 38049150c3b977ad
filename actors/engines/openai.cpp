#include "actors/engines/openai.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace atelier {
namespace {

class openai final : public remote_driver {
public:
    explicit openai(openai_options options) : options_{std::move(options)} {}

    [[nodiscard]] std::string_view name() const override { return options_.name; }
    [[nodiscard]] engine_request probe() const override { return {"GET", "/models"}; }

    [[nodiscard]] engine_outcome work(remote_job& job) const override {
        auto prepared = job.prepare(options_.upload);
        if (auto* why = std::get_if<engine_failure>(&prepared))
            return std::move(*why);
        const auto& photo = std::get<remote_job::upload>(prepared).file.path();
        const auto response = job.call_long(write_openai_edit(job.order(), options_, photo));
        if (auto why = job.failure_in(response))
            return read_openai_failure(std::move(*why), response.body);
        auto read = read_openai_edit(response.body);
        if (auto* why = std::get_if<engine_failure>(&read))
            return std::move(*why);
        return job.deliver(std::get<picture_source>(read));
    }

private:
    const openai_options options_;
};

} // namespace

engine_request write_openai_edit(const engine_job& job, const openai_options& options,
                                 const std::filesystem::path& photo) {
    engine_request request{"POST", "/images/edits"};
    request.headers = {"Accept: application/json"};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            request.form.emplace_back(name, value);
    };
    add("model", options.model);
    add("prompt", job.prompt);
    add("n", "1");
    add("size", options.size);
    add("quality", options.quality);
    add("input_fidelity", options.input_fidelity);
    add("output_format", options.output_format);
    form_part file;
    file.name = "image";
    file.file = photo;
    file.file_name = "photo.jpg";
    file.content_type = "image/jpeg";
    request.form.push_back(std::move(file));
    return request;
}

std::variant<picture_source, engine_failure> read_openai_edit(const std::string& body) {
    const auto reply = read_object(body);
    if (!reply)
        return nonsense("it is not a JSON object");
    const auto* data = reply->if_contains("data");
    if (data == nullptr || !data->is_array() || data->get_array().empty() ||
        !data->get_array().front().is_object())
        return nonsense("it has no picture");
    const auto& first = data->get_array().front().get_object();
    picture_source source;
    source.base64 = text_of(first, "b64_json");
    source.url = text_of(first, "url");
    if (source.base64.empty() && source.url.empty())
        return nonsense("it has no picture");
    return source;
}

engine_failure read_openai_failure(engine_failure by_status, const std::string& body) {
    const auto reply = read_object(body);
    const auto* error = reply ? object_of(*reply, "error") : nullptr;
    if (error == nullptr)
        return by_status;
    // Whatever status they come with, only an operator can do something about these.
    const auto code = text_of(*error, "code");
    if (code == "insufficient_quota" || code == "billing_hard_limit_reached" || code == "model_not_found" ||
        code == "invalid_api_key") {
        by_status.transient = false;
        by_status.fault = engine_fault::setup;
    }
    return by_status;
}

std::unique_ptr<engine> make_openai(openai_options options, remote_options remote) {
    if (!remote.secret.empty())
        remote.access.authorization = "Bearer " + remote.secret;
    return std::make_unique<remote_engine>(std::make_unique<const openai>(std::move(options)),
                                           std::move(remote));
}

} // namespace atelier
