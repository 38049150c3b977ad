#pragma once

#include "tests/support/mishaps.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <string>

namespace atelier::test {

/// Plays stable-diffusion.cpp's server: a job is one step further at each look; kinds of calls: "begin",
/// "look". Written from stable-diffusion.cpp, examples/server/api.md and routes_sdcpp.cpp.
class sdcpp_stand_in {
public:
    /// `base64` is the picture that it makes.
    explicit sdcpp_stand_in(std::string base64) : base64_{std::move(base64)} {}
    ~sdcpp_stand_in() { trouble.release(); }

    /// A job that it has had for a while.
    void put(const std::string& id, int looks) {
        const std::lock_guard lock{mutex_};
        jobs_[id] = looks;
    }
    [[nodiscard]] std::size_t job_count() {
        const std::lock_guard lock{mutex_};
        return jobs_.size();
    }

    mishaps trouble;
    std::atomic<bool> stays_queued = false;
    std::atomic<bool> fails = false;
    std::atomic<bool> expired = false; ///< everything that was finished
    std::atomic<int> cancellations = 0;

private:
    std::string answer(const request& r) {
        const std::string jobs = "/sdcpp/v1/jobs/";
        if (r.method == "POST" && r.target == "/sdcpp/v1/img_gen")
            return begin(r);
        if (r.method == "POST" && r.target.starts_with(jobs) && r.target.ends_with("/cancel")) {
            ++cancellations;
            return stays_queued ? http_answer("200 OK", R"({"status":"cancelled"})")
                                : http_answer("409 Conflict", R"({"error":"job is generating"})");
        }
        if (r.method == "GET" && r.target.starts_with(jobs)) {
            if (const auto failed = trouble.answer("look"))
                return *failed;
            return look(r.target.substr(jobs.size()));
        }
        return http_answer("404 Not Found", R"({"error":"not found"})");
    }

    std::string begin(const request& r) {
        if (const auto failed = trouble.answer("begin"))
            return *failed;
        boost::json::error_code error;
        const auto body = boost::json::parse(r.body, error);
        if (error || !body.is_object() || !body.as_object().contains("prompt"))
            return http_answer("400 Bad Request", R"({"error":"invalid generation parameters"})");
        const std::lock_guard lock{mutex_};
        const auto id = "job_" + std::to_string(jobs_.size() + 1);
        jobs_[id] = 0;
        return http_answer("202 Accepted", R"({"id":")" + id + R"(","kind":"img_gen","status":"queued",)" +
                                               R"("created":1,"poll_url":"/sdcpp/v1/jobs/)" + id + "\"}");
    }

    std::string look(const std::string& id) {
        const std::lock_guard lock{mutex_};
        const auto job = jobs_.find(id);
        if (job == jobs_.end())
            return http_answer("404 Not Found", R"({"error":"job not found"})");
        const int step = stays_queued ? 0 : job->second++;
        if (step == 0)
            return state(id, "queued", R"(,"queue_position":1)");
        if (step == 1)
            return state(id, "generating", R"(,"queue_position":0)");
        if (expired)
            return http_answer("410 Gone", R"({"error":"job expired"})");
        if (fails)
            return state(id, "failed", R"(,"error":{"code":"generation_failed","message":"no memory"})");
        return state(id, "completed",
                     R"(,"result":{"output_format":"png","images":[{"index":0,"b64_json":")" + base64_ +
                         "\"}]}");
    }

    static std::string state(const std::string& id, const std::string& status, const std::string& rest) {
        return http_answer("200 OK", R"({"id":")" + id + R"(","kind":"img_gen","status":")" + status +
                                         R"(","created":1,"started":null)" + rest + "}");
    }

    const std::string base64_;
    std::mutex mutex_;
    std::map<std::string, int> jobs_; ///< id → how often it was looked at

public:
    recording_server server{[this](const request& r) { return answer(r); }}; ///< last: uses all of the above
};

} // namespace atelier::test
