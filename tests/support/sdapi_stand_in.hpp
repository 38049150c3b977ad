#pragma once

#include "tests/support/mishaps.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <atomic>
#include <mutex>
#include <string>

namespace atelier::test {

/// Plays AUTOMATIC1111's web UI: one job at a time; kinds of calls: "work", "progress", "interrupt".
/// Written from stable-diffusion-webui, modules/api/api.py and models.py.
class sdapi_stand_in {
public:
    /// `base64` is the picture that it makes.
    explicit sdapi_stand_in(std::string base64) : base64_{std::move(base64)} {}
    ~sdapi_stand_in() { trouble.release(); }

    mishaps trouble;
    std::atomic<bool> names_task = true; ///< older ones do not say whose job is under way
    std::atomic<bool> busy_for_another = false;
    std::atomic<int> interrupts = 0;

private:
    std::string answer(const request& r) {
        if (r.method == "POST" && r.target == "/sdapi/v1/img2img")
            return work(r);
        if (r.method == "GET" && r.target.starts_with("/sdapi/v1/progress")) {
            if (const auto failed = trouble.answer("progress"))
                return *failed;
            return progress();
        }
        if (r.method == "POST" && r.target == "/sdapi/v1/interrupt") {
            ++interrupts;
            return http_answer("200 OK", "{}");
        }
        return http_answer("404 Not Found", R"({"detail":"Not Found"})");
    }

    std::string work(const request& r) {
        boost::json::error_code error;
        const auto body = boost::json::parse(r.body, error);
        if (error || !body.is_object() || !body.as_object().contains("prompt"))
            return http_answer("422 Unprocessable Entity",
                               R"({"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]})");
        if (!body.as_object().contains("init_images"))
            return http_answer("404 Not Found", R"({"detail":"Init image not found"})");
        {
            const std::lock_guard lock{mutex_};
            const auto& id = body.at("force_task_id").as_string();
            task_.assign(id.data(), id.size());
        }
        const auto failed = trouble.answer("work");
        {
            const std::lock_guard lock{mutex_};
            task_.clear();
        }
        return failed ? *failed
                      : http_answer("200 OK", R"({"images":[")" + base64_ +
                                                  R"("],"parameters":{},"info":"{\"seed\": 7}"})");
    }

    std::string progress() {
        const std::lock_guard lock{mutex_};
        if (task_.empty() && !busy_for_another)
            return http_answer("200 OK", R"({"progress":0.0,"eta_relative":0.0,"state":{"job_count":0}})");
        const auto whose = busy_for_another ? "task(another)" : task_;
        const auto task = names_task ? ",\"current_task\":\"" + whose + "\"" : std::string{};
        return http_answer("200 OK",
                           R"({"progress":0.5,"eta_relative":9.1,"state":{"job_count":1})" + task + "}");
    }

    const std::string base64_;
    std::mutex mutex_;
    std::string task_; ///< of the job under way

public:
    recording_server server{[this](const request& r) { return answer(r); }}; ///< last: uses all of the above
};

} // namespace atelier::test
