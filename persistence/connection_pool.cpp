#include "persistence/connection_pool.hpp"

#include "persistence/backoff.hpp"

#include <algorithm>
#include <optional>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace atelier {
namespace {

/// sched_setattr(2), which the C library does not offer.
struct scheduling {
    std::uint32_t size = sizeof(scheduling);
    std::uint32_t policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0; ///< nanoseconds
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

/// Lets others go first, and at once: since Linux 6.6 whoever runs keeps the core for a slice, 3 ms unless it
/// asks for less. What does not work does no harm.
void stand_back(int niceness) {
    constexpr std::uint64_t shortest_slice = 100'000;
    scheduling wanted;
    wanted.nice = niceness;
    wanted.runtime = shortest_slice;
    if (::syscall(SYS_sched_setattr, 0, &wanted, 0) != 0)
        static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness));
}

} // namespace

using steady = std::chrono::steady_clock;

connection_pool::connection_pool(pool_options options) : options_{std::move(options)} {
    options_.database.plan_by_keys = true;
    threads_.reserve(options_.connections);
    for (std::size_t i = 0; i < options_.connections; ++i)
        threads_.emplace_back([this] { serve(); });
}

connection_pool::~connection_pool() {
    stop();
}

bool connection_pool::submit(job work) {
    const std::lock_guard lock{mutex_};
    if (stopping_ || queue_.size() >= options_.queue_limit) {
        ++counters_.refused;
        return false;
    }
    queue_.push_back({std::move(work), steady::now()});
    work_or_stop_.notify_one();
    return true;
}

void connection_pool::stop() {
    std::deque<waiting> left;
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
        left.swap(queue_);
        work_or_stop_.notify_all();
        stop_.notify_all();
    }
    for (const auto& job : left)
        job.work(failure{errc::unavailable, "shutting down"});
    for (auto& thread : threads_)
        if (thread.joinable())
            thread.join();
}

connection_pool::counters connection_pool::read_counters() {
    const std::lock_guard lock{mutex_};
    auto now = counters_;
    now.depth = queue_.size();
    counters_.longest_wait = {};
    return now;
}

void connection_pool::serve() {
    if (options_.niceness > 0)
        stand_back(options_.niceness);
    std::optional<pg::connection> database;
    while (auto next = take()) {
        next->work(usable(database, next->since + options_.patience));
        release(database);
    }
}

/// The next job; nothing when stopped.
std::optional<connection_pool::waiting> connection_pool::take() {
    std::unique_lock lock{mutex_};
    work_or_stop_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty())
        return std::nullopt;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    const auto waited = std::chrono::duration_cast<microseconds>(steady::now() - next.since);
    counters_.waited += waited;
    counters_.longest_wait = std::max(counters_.longest_wait, waited);
    ++counters_.jobs;
    ++counters_.busy;
    return next;
}

/// A live connection: the one there is, or a new one, tried for until the time is over.
outcome<pg::connection*> connection_pool::usable(std::optional<pg::connection>& database,
                                                 steady::time_point until) {
    if (database && database->alive())
        return &*database;
    failure why{errc::unavailable, "no connection to the database was free in time"};
    for (backoff pauses; steady::now() < until;) {
        auto opened = pg::connection::open(options_.database);
        note_health(opened.has_value());
        if (opened)
            return &database.emplace(*std::move(opened));
        why = std::move(opened).error();
        if (!sleep(pauses.next()))
            break;
    }
    return why;
}

/// After a job: a transaction that it left open must not leak into the next one.
void connection_pool::release(std::optional<pg::connection>& database) {
    if (database && (!database->ok() || (database->in_transaction() && !database->execute("ROLLBACK"))))
        database.reset();
    const std::lock_guard lock{mutex_};
    --counters_.busy;
}

void connection_pool::note_health(bool healthy) {
    const std::lock_guard lock{mutex_};
    counters_.healthy = healthy;
}

/// False when stopped.
bool connection_pool::sleep(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    return !stop_.wait_for(lock, time, [this] { return stopping_; });
}

} // namespace atelier
