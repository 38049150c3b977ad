#pragma once

#include "actors/engines/engine.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace atelier {

struct preview_options {
    std::filesystem::path temporary; ///< where outputs are written
    std::size_t threads = 1;
    std::size_t queue_limit = 64; ///< jobs that wait for a thread; more fail as transient
    const clock* time = nullptr;  ///< must outlive the engine
};

/// The embedded engine: colour and light of a style, as its prompt names them, laid over the photo on the
/// CPU. It recolours a room; it does not refurnish it. Needs no network and no model. A cancelled job ends
/// with the detail "canceled". `finished` may come from inside `submit`, `cancel` and `stop`.
class preview final : public engine {
public:
    explicit preview(preview_options options);
    ~preview() override;

    [[nodiscard]] std::string_view name() const override { return "preview"; }
    void submit(engine_job job, engine_callbacks callbacks) override;
    void cancel(generation_id job) override;
    void stop() override;

private:
    struct task {
        engine_job job;
        engine_callbacks callbacks;
        std::atomic<bool> cancelled = false;

        task(engine_job j, engine_callbacks c) : job{std::move(j)}, callbacks{std::move(c)} {}
    };
    using task_ptr = std::shared_ptr<task>;

    void serve();
    [[nodiscard]] engine_outcome work_on(task& t);
    [[nodiscard]] engine_outcome paint(task& t, const std::filesystem::path& output);
    [[nodiscard]] engine_failure reason_to_stop(const task& t) const;

    const preview_options options_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<task_ptr> waiting_;                        ///< guarded by mutex_
    std::unordered_map<generation_id, task_ptr> at_work_; ///< guarded by mutex_
    std::vector<std::thread> threads_;
};

} // namespace atelier
