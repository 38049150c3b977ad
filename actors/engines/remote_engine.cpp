#include "actors/engines/remote_engine.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace atelier {

remote_engine::remote_engine(std::unique_ptr<const remote_driver> driver, remote_options options)
    : driver_{std::move(driver)}, options_{std::move(options)} {
    threads_.reserve(options_.threads);
    for (std::size_t i = 0; i < options_.threads; ++i)
        threads_.emplace_back([this] { serve(); });
}

remote_engine::~remote_engine() {
    stop();
}

void remote_engine::submit(engine_job job, engine_callbacks callbacks) {
    auto accepted = std::make_shared<remote_task>(std::move(job), std::move(callbacks));
    bool over = false;
    {
        const std::lock_guard lock{mutex_};
        over = stopping_;
        if (!over && waiting_.size() < options_.queue_limit) {
            waiting_.push_back(std::move(accepted));
            changed_.notify_one();
            return;
        }
    }
    finish(*accepted, over ? engine_failure{true, "the engine is stopping", engine_fault::ended}
                           : engine_failure{true, "too many jobs are waiting", engine_fault::busy});
}

void remote_engine::cancel(generation_id job) {
    std::vector<task_ptr> dropped;
    {
        const std::lock_guard lock{mutex_};
        // An earlier attempt may still be on its way out.
        for (const auto& task : at_work_)
            if (task->order.id == job)
                task->give_up(remote_task::wish::cancelled);
        std::erase_if(waiting_, [&](const task_ptr& task) {
            if (task->order.id == job)
                dropped.push_back(task);
            return task->order.id == job;
        });
    }
    for (const auto& task : dropped)
        finish(*task, engine_failure{false, "canceled", engine_fault::ended});
}

void remote_engine::look_again(std::string_view engine_job) {
    const std::lock_guard lock{mutex_};
    for (const auto& task : at_work_)
        task->look_again(engine_job);
}

void remote_engine::stop() {
    std::deque<task_ptr> dropped;
    std::vector<std::thread> threads;
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        dropped.swap(waiting_);
        threads.swap(threads_);
        for (const auto& task : at_work_)
            task->give_up(remote_task::wish::stopping);
    }
    changed_.notify_all();
    for (const auto& task : dropped)
        finish(*task, engine_failure{true, "the engine is stopping", engine_fault::ended});
    for (auto& thread : threads)
        thread.join();
}

void remote_engine::serve() {
    engine_http line{options_.access};
    engine_http second{options_.access};
    for (;;) {
        task_ptr next;
        {
            std::unique_lock lock{mutex_};
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty())
                return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
            at_work_.push_back(next);
        }
        auto result = work_on(*next, line, second);
        {
            const std::lock_guard lock{mutex_};
            std::erase(at_work_, next);
        }
        finish(*next, std::move(result));
    }
}

engine_outcome remote_engine::work_on(remote_task& task, engine_http& line, engine_http& second) const {
    remote_job job{task, options_, line, second};
    try {
        if (!job.goes_on())
            return job.reason_to_stop();
        auto result = driver_->work(job);
        // A picture that comes when nobody wants it any more is not handed out.
        const auto* picture = std::get_if<engine_result>(&result);
        if (picture == nullptr || job.goes_on())
            return result;
        std::error_code ignored;
        std::filesystem::remove(picture->file, ignored);
        return job.reason_to_stop();
    } catch (const std::exception& e) {
        // Only memory can have run out.
        return engine_failure{true, e.what(), engine_fault::engine};
    }
}

status remote_engine::check() {
    constexpr std::chrono::milliseconds limit{10'000};
    engine_http line{options_.access};
    const auto response =
        line.exchange(driver_->probe(), std::min(limit, options_.call_timeout), [] { return true; });
    const auto why = failure_of(response, options_.time->now());
    if (!why || response.status == 404)
        return done{};
    return failure{errc::unavailable, presentable(why->detail, options_.secret)};
}

void remote_engine::finish(const remote_task& task, engine_outcome result) const {
    if (auto* why = std::get_if<engine_failure>(&result))
        why->detail = presentable(why->detail, options_.secret);
    task.callbacks.finished(std::move(result));
}

} // namespace atelier
