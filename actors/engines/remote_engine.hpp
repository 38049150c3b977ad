#pragma once

#include "actors/engines/engine.hpp"
#include "actors/engines/remote_job.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace atelier {

/// How one kind of server is spoken to; stateless.
class remote_driver {
public:
    virtual ~remote_driver() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Carries a job out from its beginning, or from `attach_to`, to its end. Blocks on a thread of the
    /// engine's; called by several at once. What it throws becomes a failure that may pass.
    [[nodiscard]] virtual engine_outcome work(remote_job& job) const = 0;
    /// A call that changes nothing and costs nothing. That there is no such page (404) is an answer, too.
    [[nodiscard]] virtual engine_request probe() const { return {"GET", "/"}; }
};

/// Drives jobs through a server elsewhere: a bounded queue, a thread with its own connections for each job at
/// work, and everything that does not depend on the server. A cancelled job ends with the detail "canceled",
/// within moments, once the server has been told. `finished` may come from inside `submit`, `cancel` and
/// `stop`.
class remote_engine final : public engine {
public:
    remote_engine(std::unique_ptr<const remote_driver> driver, remote_options options);
    ~remote_engine() override; ///< stops

    [[nodiscard]] std::string_view name() const override { return driver_->name(); }
    void submit(engine_job job, engine_callbacks callbacks) override;
    void cancel(generation_id job) override;
    void look_again(std::string_view engine_job) override;
    [[nodiscard]] status check() override;
    void stop() override;

private:
    using task_ptr = std::shared_ptr<remote_task>;

    void serve();
    [[nodiscard]] engine_outcome work_on(remote_task& task, engine_http& line, engine_http& second) const;
    void finish(const remote_task& task, engine_outcome result) const;

    const std::unique_ptr<const remote_driver> driver_;
    const remote_options options_;
    std::mutex mutex_; ///< guards what follows
    std::condition_variable changed_;
    bool stopping_ = false;
    std::deque<task_ptr> waiting_;
    std::vector<task_ptr> at_work_;
    std::vector<std::thread> threads_;
};

} // namespace atelier
