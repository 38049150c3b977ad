#pragma once

#include "tests/support/mishaps.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <string>

namespace atelier::test {

/// Plays Replicate: a prediction is one step further at each look; kinds of calls: "begin", "look", "file".
/// Written from replicate.com/docs (predictions, their life cycle, rate limits) and replicate-javascript.
class replicate_stand_in {
public:
    /// `picture` is what the model makes, as the bytes of a file.
    explicit replicate_stand_in(std::string picture) : picture_{std::move(picture)} {}
    ~replicate_stand_in() { trouble.release(); }

    /// A prediction that it has had for a while.
    void put(const std::string& id, int looks) {
        const std::lock_guard lock{mutex_};
        predictions_[id] = looks;
    }
    [[nodiscard]] std::size_t prediction_count() {
        const std::lock_guard lock{mutex_};
        return predictions_.size();
    }

    mishaps trouble;
    std::atomic<bool> stays_at_work = false;
    std::atomic<bool> expired = false; ///< the files of an hour ago
    std::atomic<int> cancellations = 0;
    std::string error; ///< what the model fails with; "" = it does not; set before the first call

private:
    std::string answer(const request& r) {
        if (r.target == "/files/picture.png") {
            if (const auto failed = trouble.answer("file"))
                return *failed;
            return expired ? http_answer("404 Not Found", "", "text/plain")
                           : http_answer("200 OK", picture_, "image/png");
        }
        const std::string predictions = "/v1/predictions/";
        if (r.header("authorization") != "Bearer r8_secret")
            return http_answer("401 Unauthorized", R"({"title":"Unauthenticated","detail":"No token."})");
        if (r.method == "POST" &&
            (r.target == "/v1/predictions" || r.target == "/v1/models/ours/rooms/predictions"))
            return begin(r);
        if (r.method == "POST" && r.target.ends_with("/cancel")) {
            ++cancellations;
            return state(r.target.substr(predictions.size(), 2), "canceled", "");
        }
        if (r.method == "GET" && r.target.starts_with(predictions)) {
            if (const auto failed = trouble.answer("look"))
                return *failed;
            return look(r.target.substr(predictions.size()));
        }
        return http_answer("404 Not Found", R"({"detail":"Not found."})");
    }

    std::string begin(const request& r) {
        if (const auto failed = trouble.answer("begin"))
            return *failed;
        boost::json::error_code unreadable;
        const auto body = boost::json::parse(r.body, unreadable);
        if (unreadable || !body.is_object() || !body.as_object().contains("input"))
            return http_answer("422 Unprocessable Entity",
                               R"({"title":"Input","detail":"input is missing"})");
        const std::lock_guard lock{mutex_};
        const auto id = "p" + std::to_string(predictions_.size() + 1);
        predictions_[id] = 0;
        return state(id, "starting", "", "201 Created");
    }

    std::string look(const std::string& id) {
        const std::lock_guard lock{mutex_};
        const auto found = predictions_.find(id);
        if (found == predictions_.end())
            return http_answer("404 Not Found", R"({"detail":"Not found."})");
        const int step = stays_at_work ? 1 : found->second++;
        if (step == 0)
            return state(id, "starting", "");
        if (step == 1)
            return state(id, "processing", R"(,"logs":"  0%|  | 0/50\n 40%|## | 20/50")");
        if (!error.empty())
            return state(id, "failed", R"(,"output":null,"error":")" + error + "\"");
        return state(id, "succeeded",
                     R"(,"output":[")" + server.url() + R"(/files/picture.png"],"error":null)");
    }

    static std::string state(const std::string& id, const std::string& status, const std::string& rest,
                             std::string_view http = "200 OK") {
        return http_answer(http, R"({"id":")" + id + R"(","status":")" + status +
                                     R"(","urls":{"get":"","cancel":""})" + rest + "}");
    }

    const std::string picture_;
    std::mutex mutex_;
    std::map<std::string, int> predictions_; ///< id → how often it was looked at

public:
    recording_server server{[this](const request& r) { return answer(r); }}; ///< last: uses all of the above
};

} // namespace atelier::test
