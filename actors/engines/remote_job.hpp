#pragma once

#include "actors/engines/engine.hpp"
#include "actors/engines/engine_http.hpp"
#include "actors/engines/engine_reply.hpp"
#include "actors/engines/temporary_file.hpp"
#include "actors/engines/upload_picture.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace atelier {

/// What every engine on another server has in common.
struct remote_options {
    engine_access access;
    std::string secret;                              ///< never shown in failures; "" = none
    std::filesystem::path temporary;                 ///< where inputs and outputs are written
    std::size_t threads = 2;                         ///< jobs at once; each has a thread, which mostly waits
    std::size_t queue_limit = 64;                    ///< jobs that wait for a thread; more fail as `busy`
    std::chrono::milliseconds call_timeout{30'000};  ///< of a call that the engine answers at once
    std::chrono::milliseconds file_timeout{120'000}; ///< of fetching a picture
    std::chrono::milliseconds first_look{500};       ///< at a job of the engine's, after it was begun
    std::chrono::milliseconds longest_look{5'000};   ///< to which the pauses between looks grow
    int tries = 5;                                   ///< in a row, of a call that changes nothing
    std::uint64_t pixels = 64'000'000;               ///< of a picture
    std::chrono::milliseconds decode_timeout{20'000};
    const clock* time = nullptr; ///< outlives the engine
};

/// One job on its way through an engine, as the engine and the thread that works on it share it. Thread-safe
/// but for `order` and `callbacks`, which do not change.
class remote_task {
public:
    remote_task(engine_job job, engine_callbacks told) : order{std::move(job)}, callbacks{std::move(told)} {}

    const engine_job order;
    const engine_callbacks callbacks;

    enum class wish : std::uint8_t { none, cancelled, stopping };

    /// Ends waiting; the first wish counts.
    void give_up(wish why);
    [[nodiscard]] wish given_up() const;
    /// Notes the engine's own id, and tells it.
    void accepted(const std::string& id);
    /// Ends one wait, if this is the engine's id of the job.
    void look_again(std::string_view id);
    /// Waits for a wish or news, at most so long.
    void wait(std::chrono::milliseconds length);
    /// Whether there was news since the last time.
    [[nodiscard]] bool take_news();

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_; ///< with mutex_, what follows too
    wish given_up_ = wish::none;
    bool news_ = false;
    std::string id_;
};

/// A job as a driver sees it: the order, and what one needs to carry it out. Every call and every wait here
/// ends early when the job is cancelled, the deadline passes or the engine stops. Used by one thread.
class remote_job {
public:
    /// `line` and `second_line` are kept-alive connections. All outlive it.
    remote_job(remote_task& task, const remote_options& options, engine_http& line, engine_http& second_line)
        : task_{task}, options_{options}, line_{line}, second_line_{second_line} {
        line_.explain(task.order.why);
        second_line_.explain(task.order.why);
    }

    [[nodiscard]] const engine_job& order() const { return task_.order; }
    [[nodiscard]] const remote_options& options() const { return options_; }
    [[nodiscard]] instant now() const { return options_.time->now(); }
    /// Until the deadline; 0 when it has passed.
    [[nodiscard]] std::chrono::milliseconds time_left() const;

    /// False once nobody wants the picture any more.
    [[nodiscard]] bool goes_on() const;
    /// Why not.
    [[nodiscard]] engine_failure reason_to_stop() const;
    /// Whether the engine should give the job up, too; not when we only stop, to attach to it again later.
    [[nodiscard]] bool is_unwanted() const;

    /// One call.
    [[nodiscard]] engine_response call(const engine_request& request);
    /// One call that may take until the deadline, as the work is done within it. `meanwhile` is called now
    /// and then, and may make calls with `call_beside`.
    [[nodiscard]] engine_response call_long(const engine_request& request,
                                            const std::function<void()>& meanwhile = {});
    /// A call while another one is under way.
    [[nodiscard]] engine_response call_beside(const engine_request& request);
    /// A call that changes nothing, repeated while it fails in a way that may pass.
    [[nodiscard]] engine_response call_again(const engine_request& request,
                                             std::chrono::milliseconds timeout);
    /// A last call about a job that is unwanted: short, and made all the same. Its answer does not matter.
    engine_response call_at_last(const engine_request& request);

    /// The failure that a response stands for; `reason_to_stop` when that is why.
    [[nodiscard]] std::optional<engine_failure> failure_in(const engine_response& response) const;

    /// False when the job ended meanwhile.
    [[nodiscard]] bool wait(std::chrono::milliseconds length);

    void accepted(const std::string& id) { task_.accepted(id); }
    void progress(double done);

    /// The photo as it is sent to others (`write_upload`).
    struct upload {
        temporary_file file;
        picture_size size;
    };
    [[nodiscard]] std::variant<upload, engine_failure> prepare(upload_shape shape) const;

    /// Looks at a job of the engine's again and again until it has ended, and delivers its picture. `look` is
    /// repeated; `read` is given the body of each response. Nothing when the engine does not know the job, or
    /// its result, any more (HTTP status 404 or 410).
    [[nodiscard]] std::optional<engine_outcome>
    follow(const std::string& id, const engine_request& look,
           const std::function<engine_state(const std::string& body)>& read);

    /// Decodes or fetches a finished picture into a file, and looks whether it is one within the limits.
    [[nodiscard]] engine_outcome deliver(const picture_source& source);

private:
    [[nodiscard]] std::optional<engine_failure> fetch(const std::string& url, const temporary_file& file);

    remote_task& task_;
    const remote_options& options_;
    engine_http& line_;
    engine_http& second_line_;
    double told_ = 0;
};

/// The failure of a job whose work the engine has forgotten.
[[nodiscard]] engine_failure work_is_lost();

} // namespace atelier
