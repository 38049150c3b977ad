#pragma once

#include "actors/domain/views.hpp"
#include "http/sse.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

/// What tests of event streams share.
namespace atelier::test::endpoints {

inline const std::string queued = generation_json(sample_generation());
inline const std::string running = generation_json(sample_generation(generation_status::running));
inline const std::string succeeded = generation_json(sample_generation(generation_status::succeeded));
inline const std::string half = R"({"generation_id":51,"progress":0.50})";

/// A client that follows generation 51, or all that happens to ann.
class client {
public:
    front_end front;
    std::string received; ///< without the first frame, which says when to come back
    std::string retry;
    bool ended = false;
    bool gone = false; ///< takes nothing any more

    explicit client(std::string path = "/v1/generations/51/events") : path_{std::move(path)} {
        front.backend.before.position = 1000;
        front.backend.last_event_id = 1000;
    }
    ~client() { stop(); }

    /// The stream begins behind this id, having missed these.
    void resumes(std::vector<event_ptr> missed, bool over = false) {
        front.backend.before.missed = std::move(missed);
        front.backend.before.over = over;
    }
    response ask(std::string accept = {}, std::string last_event_id = {}) {
        auto r = by_ann(get(path_));
        if (!accept.empty())
            r = with(std::move(r), "accept", std::move(accept));
        if (!last_event_id.empty())
            r = with(std::move(r), "last-event-id", std::move(last_event_id));
        return front.send(std::move(r));
    }
    void watch(std::string last_event_id = {}) {
        auto r = ask({}, std::move(last_event_id));
        CAF_REQUIRE_EQUAL(r.status, 200u);
        body_ = std::get<stream_body>(r.body);
    }
    void start() {
        body_.start([this](std::string chunk) {
            if (gone || ended)
                return false;
            ended = chunk.empty();
            if (retry.empty()) {
                const auto end = chunk.find("\n\n") + 2;
                retry = chunk.substr(0, end);
                chunk.erase(0, end);
            }
            received += chunk;
            return true;
        });
    }
    void stop() {
        if (body_.stop)
            body_.stop();
        body_ = {};
    }
    /// As the session does it now and then; with all that follows from it.
    void beat() {
        body_.beat();
        front.io.restart();
        front.io.run();
    }

private:
    std::string path_;
    stream_body body_;
};

inline std::string frame(int number, const std::string& event, const std::string& data) {
    return sse_event(event, data, std::to_string(number));
}
inline std::string found(const std::string& event, const std::string& data) {
    return sse_event(event, data);
}

inline const std::string end = "event: end\ndata: {}\n\n";
inline const std::string alive = ": still there\n\n";

} // namespace atelier::test::endpoints
