#include "persistence/writer_session.hpp"

#include "persistence/trigger_bypass.hpp"

#include <algorithm>
#include <thread>

namespace atelier {
namespace {

using std::chrono::milliseconds;

/// A commit must not be acknowledged before it is durable, whatever the database's default is.
constexpr const char* make_durable = "SELECT set_config('synchronous_commit', 'on', false) "
                                     "WHERE current_setting('synchronous_commit') = 'off'";

constexpr pg::statement name_session{"writer_name", "SELECT set_config('application_name', $1, false)"};
constexpr pg::statement try_lock{"writer_lock",
                                 "SELECT pg_try_advisory_lock(hashtextextended('writer ' || $1, 0))"};
constexpr pg::statement end_former{"writer_end_former", R"(
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = $1 AND datname = current_database() AND pid <> pg_backend_pid())"};
constexpr pg::statement next_epoch{"writer_epoch", R"(
    INSERT INTO writer_positions (writer, epoch, batch, updated_at)
    SELECT $1, coalesce(max(epoch), 0) + 1, 0, now() AT TIME ZONE 'utc' FROM writer_positions WHERE writer = $1
    RETURNING epoch)"};
constexpr pg::statement find_batch{
    "writer_find",
    "SELECT EXISTS (SELECT FROM writer_positions WHERE writer = $1 AND epoch = $2 AND batch >= $3)"};

/// Tells this run's connections from all others in pg_stat_activity.
std::string session_name(const std::string& writer, std::int64_t epoch) {
    return writer + " #" + std::to_string(epoch);
}

} // namespace

writer_session::writer_session(pg::connect_options options, std::string writer, milliseconds grace,
                               bool prove_references)
    : options_{std::move(options)}, writer_{std::move(writer)}, grace_{grace}, prove_references_{
                                                                                   prove_references} {
    options_.plan_by_keys = true;
}

status writer_session::open(const std::function<bool()>& go_on) {
    database_.reset();
    auto opened = pg::connection::open(options_);
    if (!opened)
        return std::move(opened).error();
    if (auto set = opened->execute(make_durable); !set)
        return set;
    if (auto locked = take_lock(*opened, go_on); !locked)
        return locked;
    if (auto taken = take_epoch(*opened); !taken)
        return taken;
    if (auto chosen = choose_references(*opened); !chosen)
        return chosen;
    database_ = *std::move(opened);
    return done{};
}

status writer_session::take_lock(pg::connection& database, const std::function<bool()>& go_on) {
    const auto since = std::chrono::steady_clock::now();
    bool asked = epoch_ == 0; // there is no former connection of ours
    for (milliseconds pause{10}; go_on(); pause = std::min(2 * pause, milliseconds{250})) {
        auto locked = database.query(try_lock, pg::params{writer_});
        if (!locked)
            return std::move(locked).error();
        if ((*locked)[0].at<bool>(0))
            return done{};
        if (!asked && std::chrono::steady_clock::now() - since > grace_) {
            asked = true;
            if (auto ended = database.query(end_former, pg::params{session_name(writer_, epoch_)}); !ended)
                return std::move(ended).error();
        }
        std::this_thread::sleep_for(pause);
    }
    return failure{errc::unavailable,
                   "another connection to the database still acts as writer '" + writer_ + "'"};
}

status writer_session::take_epoch(pg::connection& database) {
    if (epoch_ == 0) {
        auto taken = database.query(next_epoch, pg::params{writer_});
        if (!taken)
            return std::move(taken).error();
        epoch_ = (*taken)[0].at<std::int64_t>(0);
    }
    auto named = database.query(name_session, pg::params{session_name(writer_, epoch_)});
    if (!named)
        return std::move(named).error();
    return done{};
}

status writer_session::choose_references(pg::connection& database) {
    if (!prove_references_) {
        unproven_ = "so it is configured";
        return done{};
    }
    auto skipped = skip_reference_triggers(database);
    if (!skipped && !database.ok())
        return skipped;
    unproven_ = skipped ? "" : skipped.error().detail;
    return done{};
}

outcome<bool> writer_session::is_committed(std::int64_t batch) {
    auto found = database_->query(find_batch, pg::params{writer_, epoch_, batch});
    if (!found)
        return std::move(found).error();
    return (*found)[0].at<bool>(0);
}

} // namespace atelier
