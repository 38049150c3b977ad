#include "actors/engines/preview.hpp"

#include "actors/engines/preview_picture.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace atelier {
namespace {

/// Progress is told in steps of this size.
constexpr double progress_step = 0.02;

/// An empty file of its own for an output; an empty path when the directory cannot be written.
std::filesystem::path new_output(const std::filesystem::path& directory) {
    constexpr std::string_view suffix = ".jpg";
    std::error_code ignored; // of no account if the file can be made
    std::filesystem::create_directories(directory, ignored);
    auto name = (directory / "preview-XXXXXX").string() + std::string{suffix};
    const int fd = ::mkstemps(name.data(), static_cast<int>(suffix.size()));
    if (fd < 0)
        return {};
    ::close(fd);
    return name;
}

/// A broken picture stays broken; a full disk may be emptied.
engine_failure to_engine_failure(const failure& why) {
    return why.code == errc::unavailable ? engine_failure{true, why.detail, engine_fault::engine}
                                         : engine_failure{false, why.detail, engine_fault::job};
}

} // namespace

preview::preview(preview_options options) : options_{std::move(options)} {
    threads_.reserve(options_.threads);
    for (std::size_t i = 0; i < options_.threads; ++i)
        threads_.emplace_back([this] { serve(); });
}

preview::~preview() {
    stop();
}

void preview::submit(engine_job job, engine_callbacks callbacks) {
    auto accepted = std::make_shared<task>(std::move(job), std::move(callbacks));
    {
        const std::lock_guard lock{mutex_};
        if (!stopping_ && waiting_.size() < options_.queue_limit) {
            waiting_.push_back(std::move(accepted));
            changed_.notify_one();
            return;
        }
    }
    accepted->callbacks.finished(engine_failure{true, "too many pictures are waiting", engine_fault::busy});
}

void preview::cancel(generation_id job) {
    task_ptr dropped;
    {
        const std::lock_guard lock{mutex_};
        if (const auto active = at_work_.find(job); active != at_work_.end())
            active->second->cancelled = true;
        const auto found = std::ranges::find(waiting_, job, [](const task_ptr& t) { return t->job.id; });
        if (found == waiting_.end())
            return;
        dropped = std::move(*found);
        waiting_.erase(found);
    }
    dropped->cancelled = true;
    dropped->callbacks.finished(reason_to_stop(*dropped));
}

void preview::stop() {
    std::deque<task_ptr> dropped;
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        dropped.swap(waiting_);
        threads.swap(threads_);
    }
    changed_.notify_all();
    for (const auto& t : dropped)
        t->callbacks.finished(reason_to_stop(*t));
    for (auto& t : threads)
        t.join();
}

void preview::serve() {
    for (;;) {
        task_ptr next;
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty())
                return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
            at_work_[next->job.id] = next;
        }
        auto result = work_on(*next);
        {
            const std::lock_guard lock{mutex_};
            // The same generation may be at work again.
            if (const auto found = at_work_.find(next->job.id);
                found != at_work_.end() && found->second == next)
                at_work_.erase(found);
        }
        next->callbacks.finished(std::move(result));
    }
}

engine_outcome preview::work_on(task& t) {
    const auto output = new_output(options_.temporary);
    if (output.empty())
        return engine_failure{true, "the temporary directory cannot be written", engine_fault::engine};
    auto result = paint(t, output);
    std::error_code ignored;
    if (std::holds_alternative<engine_failure>(result))
        std::filesystem::remove(output, ignored);
    return result;
}

engine_outcome preview::paint(task& t, const std::filesystem::path& output) {
    double told = 0;
    const auto watch = [&](double done) {
        if (done >= told + progress_step && t.callbacks.progress) {
            told = done;
            t.callbacks.progress(done);
        }
        return !stopping_ && !t.cancelled && options_.time->now() < t.job.deadline;
    };
    preview_order order{.input = t.job.input,
                        .output = output,
                        .prompt = t.job.prompt,
                        .seed = static_cast<std::uint64_t>(t.job.seed)};
    try {
        const auto made = make_preview(order, watch);
        if (t.cancelled || (!made && made.error().code == errc::engine_failed))
            return reason_to_stop(t);
        if (!made)
            return to_engine_failure(made.error());
        engine_result result;
        result.file = output;
        result.content_type = made->content_type;
        result.width = made->width;
        result.height = made->height;
        return result;
    } catch (const std::exception& e) {
        // Only memory can have run out.
        return engine_failure{true, e.what(), engine_fault::engine};
    }
}

engine_failure preview::reason_to_stop(const task& t) const {
    if (t.cancelled)
        return {false, "canceled", engine_fault::ended};
    if (stopping_)
        return {true, "the engine is stopping", engine_fault::ended};
    return {false, "the deadline has passed", engine_fault::ended};
}

} // namespace atelier
