#include "persistence/pg_committer.hpp"

#include "persistence/backoff.hpp"
#include "persistence/batch_settler.hpp"
#include "persistence/writer_session.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace atelier {
namespace {

using steady = std::chrono::steady_clock;

/// How often an idle writer looks whether its connection still lives.
constexpr std::chrono::milliseconds idle_check{1'000};

struct job {
    std::vector<change_set> sets;
    std::function<void(commit_result)> done;

    job(std::vector<change_set> s, std::function<void(commit_result)> d)
        : sets{std::move(s)}, done{std::move(d)} {}
};

void refuse(const job& refused, const std::string& why) {
    commit_result result;
    result.verdicts.assign(refused.sets.size(), {verdict_kind::unavailable, why});
    refused.done(std::move(result));
}

} // namespace

class pg_committer::worker {
public:
    explicit worker(pg_committer_options options)
        : options_{std::move(options)}, session_{options_.database, options_.writer, options_.former_grace,
                                                 options_.prove_references},
          settler_{session_,
                   {[this](bool in_doubt) { return reconnect(in_doubt); }, [this] { return pause(); }}},
          thread_{[this] { run(); }} {}

    void commit(job next) {
        {
            const std::lock_guard lock{mutex_};
            if (!stopping_ && !job_) {
                job_.emplace(std::move(next));
                changed_.notify_all();
                return;
            }
        }
        refuse(next, "the writer is stopped or busy");
    }

    [[nodiscard]] bool healthy() const { return healthy_; }

    [[nodiscard]] std::string problem() const {
        const std::lock_guard lock{mutex_};
        return problem_;
    }

    [[nodiscard]] std::string unproven() const {
        const std::lock_guard lock{mutex_};
        return unproven_;
    }

    void stop() {
        {
            const std::lock_guard lock{mutex_};
            if (!stopping_)
                stop_deadline_ = steady::now() + options_.stop_patience;
            stopping_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable())
            thread_.join();
    }

private:
    void run() {
        while (auto current = next_job()) {
            batch_deadline_ = steady::now() + options_.patience;
            auto result = settler_.settle(current->sets);
            pauses_.reset();
            current->done(std::move(result));
        }
    }

    /// The next batch; nothing when stopped. Keeps the session connected meanwhile.
    std::optional<job> next_job() {
        for (;;) {
            if (!session_.ok() || !session_.database().alive())
                open([this] { return !wanted(); });
            std::unique_lock lock{mutex_};
            changed_.wait_for(lock, healthy_ ? idle_check : pauses_.next(),
                              [this] { return job_ || stopping_; });
            if (job_)
                return std::exchange(job_, std::nullopt);
            if (stopping_)
                return std::nullopt;
        }
    }

    bool open(const std::function<bool()>& go_on) {
        healthy_ = false;
        auto opened = session_.open(go_on);
        const std::lock_guard lock{mutex_};
        problem_ = opened ? "" : opened.error().detail;
        unproven_ = session_.unproven();
        healthy_ = opened.has_value();
        return healthy_;
    }

    bool reconnect(bool in_doubt) {
        while (!too_late(in_doubt)) {
            if (open([&] { return !too_late(in_doubt); }))
                return true;
            if (!pause())
                return false;
        }
        return false;
    }

    /// Sleeps a while; false when stopped for so long that waiting is over.
    bool pause() {
        std::this_thread::sleep_for(pauses_.next());
        return !too_late(true);
    }

    bool too_late(bool in_doubt) {
        const auto now = steady::now();
        const std::lock_guard lock{mutex_};
        return (stopping_ && now > stop_deadline_) || (!in_doubt && now > batch_deadline_);
    }

    /// Somebody waits for this thread.
    bool wanted() {
        const std::lock_guard lock{mutex_};
        return job_ || stopping_;
    }

    const pg_committer_options options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<job> job_;
    bool stopping_ = false;
    steady::time_point stop_deadline_;
    std::string problem_ = "not connected yet";
    std::string unproven_;
    std::atomic<bool> healthy_{false};

    // The thread's own.
    steady::time_point batch_deadline_;
    backoff pauses_;
    writer_session session_;
    batch_settler settler_;

    std::thread thread_; ///< last: it uses all the others
};

pg_committer::pg_committer(pg_committer_options options)
    : worker_{std::make_unique<worker>(std::move(options))} {}

pg_committer::~pg_committer() {
    stop();
}

void pg_committer::commit(std::vector<change_set> batch, std::function<void(commit_result)> done) {
    worker_->commit({std::move(batch), std::move(done)});
}

bool pg_committer::healthy() const {
    return worker_->healthy();
}

void pg_committer::stop() {
    worker_->stop();
}

std::string pg_committer::problem() const {
    return worker_->problem();
}

std::string pg_committer::unproven() const {
    return worker_->unproven();
}

} // namespace atelier
