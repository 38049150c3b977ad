#include "actors/engines/job_driver.hpp"

#include "actors/engines/base64.hpp"

#include <algorithm>
#include <utility>

namespace atelier {

std::variant<engine_inputs, engine_failure> read_inputs(remote_job& job, upload_shape shape) {
    auto parameters = read_parameters(job.order().parameters);
    if (auto* why = std::get_if<engine_failure>(&parameters))
        return std::move(*why);
    auto prepared = job.prepare(shape);
    if (auto* why = std::get_if<engine_failure>(&prepared))
        return std::move(*why);
    const auto& upload = std::get<remote_job::upload>(prepared);
    auto photo = base64_of_file(upload.file.path());
    if (!photo)
        return engine_failure{true, photo.error().detail, engine_fault::engine};
    return engine_inputs{std::move(std::get<engine_parameters>(parameters)), std::move(*photo), upload.size};
}

engine_outcome job_driver::work(remote_job& job) const {
    if (is_id(job.order().attach_to))
        if (auto result = follow(job, job.order().attach_to))
            return std::move(*result);
    auto begun = begin(job);
    if (auto* why = std::get_if<engine_failure>(&begun))
        return std::move(*why);
    auto result = follow(job, std::get<std::string>(begun));
    return result ? std::move(*result) : engine_outcome{work_is_lost()};
}

bool is_path_id(std::string_view text, std::string_view marks) {
    constexpr std::size_t longest = 128;
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, [marks](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

} // namespace atelier
