#pragma once

#include "tests/support/mishaps.hpp"

#include <atomic>
#include <string>

namespace atelier::test {

/// Plays a server of OpenAI's image edits; kinds of calls: "edit", "file".
/// Written from openai-python, types/image_edit_params.py and images_response.py, and _exceptions.py.
class openai_stand_in {
public:
    /// `picture` is what it makes, as the bytes of a file; `base64` the same.
    openai_stand_in(std::string picture, std::string base64)
        : picture_{std::move(picture)}, base64_{std::move(base64)} {}
    ~openai_stand_in() { trouble.release(); }

    [[nodiscard]] static std::string error(std::string_view status, const std::string& code) {
        return http_answer(status,
                           R"({"error":{"message":"It was refused.","type":"x","param":null,"code":")" +
                               code + "\"}}");
    }

    mishaps trouble;
    std::atomic<bool> by_url = false;  ///< the picture is to be fetched, as from dall-e-2
    std::atomic<bool> expired = false; ///< it was, more than an hour ago
    std::string refusal;               ///< an answer to every edit; "" = none; set before the first call

private:
    std::string answer(const request& r) {
        if (r.target.starts_with("/files/")) {
            if (const auto failed = trouble.answer("file"))
                return *failed;
            return expired ? http_answer("404 Not Found", "<Error/>", "application/xml")
                           : http_answer("200 OK", picture_, "image/png");
        }
        if (r.method != "POST" || r.target != "/v1/images/edits")
            return error("404 Not Found", "unknown_url");
        if (const auto failed = trouble.answer("edit"))
            return *failed;
        if (!refusal.empty())
            return refusal;
        for (const auto* part : {"name=\"model\"", "name=\"prompt\"", "name=\"image\"; filename="})
            if (r.body.find(part) == std::string::npos)
                return error("400 Bad Request", "missing_required_parameter");
        if (by_url)
            return http_answer("200 OK",
                               R"({"created":1,"data":[{"url":")" + server.url() + R"(/files/1"}]})");
        return http_answer("200 OK", R"({"created":1,"data":[{"b64_json":")" + base64_ +
                                         R"("}],"output_format":"png","usage":{"total_tokens":9}})");
    }

    const std::string picture_;
    const std::string base64_;

public:
    recording_server server{[this](const request& r) { return answer(r); }}; ///< last: uses all of the above
};

} // namespace atelier::test
