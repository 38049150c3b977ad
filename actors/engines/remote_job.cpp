#include "actors/engines/remote_job.hpp"

#include "actors/engines/base64.hpp"
#include "actors/engines/image_file.hpp"

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

/// The deadline is looked at so often.
constexpr milliseconds longest_nap{100};
/// Pause between the calls that are made beside a long one.
constexpr milliseconds meanwhile_pause{1'000};
constexpr milliseconds beside_timeout{2'000};
constexpr milliseconds last_timeout{5'000};
/// Progress is told in steps of this size.
constexpr double progress_step = 0.01;

bool is_gone(long status) {
    return status == 404 || status == 410;
}

engine_failure bad_picture(const failure& why) {
    switch (why.code) {
    case errc::image_too_large:
        return {false, "the engine's picture is too large: " + why.detail, engine_fault::engine};
    case errc::unavailable:
        return {true, why.detail, engine_fault::engine};
    default:
        return {true, "the engine's picture is broken: " + why.detail, engine_fault::engine};
    }
}

} // namespace

engine_failure work_is_lost() {
    return {true, "the engine has lost the job", engine_fault::engine};
}

// -- remote_task --------------------------------------------------------------------------------------------

void remote_task::give_up(wish why) {
    const std::lock_guard lock{mutex_};
    if (given_up_ == wish::none)
        given_up_ = why;
    changed_.notify_all();
}

remote_task::wish remote_task::given_up() const {
    const std::lock_guard lock{mutex_};
    return given_up_;
}

void remote_task::accepted(const std::string& id) {
    {
        const std::lock_guard lock{mutex_};
        id_ = id;
    }
    if (callbacks.accepted)
        callbacks.accepted(id);
}

void remote_task::look_again(std::string_view id) {
    const std::lock_guard lock{mutex_};
    if (id_.empty() || id_ != id)
        return;
    news_ = true;
    changed_.notify_all();
}

void remote_task::wait(milliseconds length) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, length, [this] { return news_ || given_up_ != wish::none; });
}

bool remote_task::take_news() {
    const std::lock_guard lock{mutex_};
    return std::exchange(news_, false);
}

// -- remote_job ---------------------------------------------------------------------------------------------

milliseconds remote_job::time_left() const {
    return std::max(std::chrono::floor<milliseconds>(order().deadline - now()), milliseconds{0});
}

bool remote_job::goes_on() const {
    return task_.given_up() == remote_task::wish::none && now() < order().deadline;
}

engine_failure remote_job::reason_to_stop() const {
    switch (task_.given_up()) {
    case remote_task::wish::cancelled:
        return {false, "canceled", engine_fault::ended};
    case remote_task::wish::stopping:
        return {true, "the engine is stopping", engine_fault::ended};
    case remote_task::wish::none:
        break;
    }
    return {false, "the deadline has passed", engine_fault::ended};
}

bool remote_job::is_unwanted() const {
    return !goes_on() && task_.given_up() != remote_task::wish::stopping;
}

engine_response remote_job::call(const engine_request& request) {
    return line_.exchange(request, std::min(options_.call_timeout, time_left()),
                          [this] { return goes_on(); });
}

engine_response remote_job::call_long(const engine_request& request, const std::function<void()>& meanwhile) {
    auto next = steady::now() + meanwhile_pause;
    const auto watch = [&] {
        if (meanwhile && steady::now() >= next) {
            meanwhile();
            next = steady::now() + meanwhile_pause;
        }
        return goes_on();
    };
    // The deadline ends it through the watch: that the time is over is nobody's fault.
    return line_.exchange(request, time_left() + meanwhile_pause, watch);
}

engine_response remote_job::call_beside(const engine_request& request) {
    return second_line_.exchange(request, std::min(beside_timeout, time_left()),
                                 [this] { return goes_on(); });
}

engine_response remote_job::call_again(const engine_request& request, milliseconds timeout) {
    auto pause = options_.first_look;
    for (int tries = 1;; ++tries) {
        auto response = line_.exchange(request, std::min(timeout, time_left()), [this] { return goes_on(); });
        const auto why = failure_in(response);
        if (!why || !why->transient || tries >= options_.tries ||
            !wait(std::max(pause, why->retry_after.value_or(pause))))
            return response;
        pause = std::min(2 * pause, options_.longest_look);
    }
}

engine_response remote_job::call_at_last(const engine_request& request) {
    return second_line_.exchange(request, last_timeout,
                                 [this] { return task_.given_up() != remote_task::wish::stopping; });
}

std::optional<engine_failure> remote_job::failure_in(const engine_response& response) const {
    if (!goes_on() && (response.given_up || response.status == 0))
        return reason_to_stop();
    return failure_of(response, now());
}

bool remote_job::wait(milliseconds length) {
    const auto until = steady::now() + length;
    while (goes_on() && !task_.take_news()) {
        const auto left = std::chrono::ceil<milliseconds>(until - steady::now());
        if (left.count() <= 0)
            break;
        task_.wait(std::min(left, longest_nap));
    }
    return goes_on();
}

void remote_job::progress(double done) {
    if (!task_.callbacks.progress || done < told_ + progress_step)
        return;
    told_ = std::min(done, 1.0);
    task_.callbacks.progress(told_);
}

std::variant<remote_job::upload, engine_failure> remote_job::prepare(upload_shape shape) const {
    temporary_file file{options_.temporary, "input"};
    if (!file.is_there())
        return engine_failure{true, "the temporary directory cannot be written", engine_fault::engine};
    const auto size = write_upload(order().input, file.path(), shape);
    if (!size)
        return engine_failure{size.error().code == errc::unavailable, size.error().detail, engine_fault::job};
    return upload{.file = std::move(file), .size = *size};
}

std::optional<engine_outcome>
remote_job::follow(const std::string& id, const engine_request& look,
                   const std::function<engine_state(const std::string& body)>& read) {
    accepted(id);
    auto pause = options_.first_look;
    int troubles = 0;
    while (wait(pause)) {
        const auto response = call(look);
        pause = std::min(pause + pause / 2, options_.longest_look);
        if (is_gone(response.status))
            return std::nullopt;
        if (const auto why = failure_in(response)) {
            if (!why->transient || why->fault == engine_fault::ended || ++troubles >= options_.tries)
                return *why;
            pause = std::max(pause, why->retry_after.value_or(pause));
            continue;
        }
        troubles = 0;
        const auto state = read(response.body);
        if (const auto* working = std::get_if<engine_working>(&state)) {
            progress(working->progress.value_or(0));
            continue;
        }
        if (const auto* why = std::get_if<engine_failure>(&state))
            return *why;
        return deliver(std::get<picture_source>(state));
    }
    return reason_to_stop();
}

engine_outcome remote_job::deliver(const picture_source& source) {
    temporary_file file{options_.temporary, "output"};
    if (!file.is_there())
        return engine_failure{true, "the temporary directory cannot be written", engine_fault::engine};
    const auto text = without_data_prefix(source.base64.empty() ? source.url : source.base64);
    if (!source.base64.empty() || source.url.starts_with("data:")) {
        if (const auto written = write_base64(text, file.path()); !written)
            return bad_picture(written.error());
    } else if (auto why = fetch(source.url, file)) {
        return std::move(*why);
    }
    const auto info = inspect_image(file.path(), {options_.pixels, options_.decode_timeout});
    if (!info)
        return bad_picture(info.error());
    engine_result result;
    result.file = file.release();
    result.content_type = info->content_type;
    result.width = info->width;
    result.height = info->height;
    return result;
}

std::optional<engine_failure> remote_job::fetch(const std::string& url, const temporary_file& file) {
    if (!may_fetch(options_.access.base_url, url))
        return nonsense("its picture is at an address that is not taken");
    engine_request request{"GET", url};
    request.save_to = file.path();
    const auto response = call_again(request, options_.file_timeout);
    if (is_gone(response.status) || response.status == 403)
        return engine_failure{true, "the engine's picture has expired", engine_fault::engine};
    return failure_in(response);
}

} // namespace atelier
