#include "persistence/pg/connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>

namespace atelier::pg {
namespace {

constexpr const char* lost_state = "08006"; // connection_failure

void ignore_notice(void* /*context*/, const PGresult* /*notice*/) {}

/// Waits for the socket; the events that came, 0 when the time was over, -1 on an error.
int wait_for(int socket, short events, std::chrono::steady_clock::time_point until) {
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
        pollfd watched{socket, events, 0};
        const auto ready =
            ::poll(&watched, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
        if (ready > 0)
            return watched.revents;
        if (ready == 0 && left.count() <= 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return -1;
    }
}

std::string one_line(const char* message) {
    std::string text = message != nullptr ? message : "";
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

constexpr const char* plan_by_keys = "SET plan_cache_mode=force_generic_plan;SET enable_seqscan=off;"
                                     "SET enable_hashjoin=off;SET enable_mergejoin=off;";

/// Settings of the session. Keepalives are the server's: it must notice a dead client, whose locks others
/// wait for.
std::string session_settings(const connect_options& options) {
    const auto limit = [](const char* name, milliseconds value) {
        return std::string{"SET "} + name + "=" + std::to_string(value.count()) + ";";
    };
    return "SET timezone='UTC';SET client_min_messages=warning;"
           "SET tcp_keepalives_idle=10;SET tcp_keepalives_interval=5;SET tcp_keepalives_count=3;"
           "SET tcp_user_timeout=20000;" +
           limit("statement_timeout", options.statement_timeout) +
           limit("lock_timeout", options.lock_timeout) +
           limit("idle_in_transaction_session_timeout", options.idle_in_transaction_timeout) +
           (options.plan_by_keys ? plan_by_keys : "");
}

pg_conn* start(const connect_options& options) {
    // What stands before dbname can be overridden by the connection string, what stands after it cannot.
    const std::array<const char*, 9> names{
        "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        "dbname",          "client_encoding",     "application_name", nullptr};
    const std::array<const char*, 9> values{
        "10", "5", "3", "20000", options.conninfo.c_str(), "UTF8", options.application_name.c_str(), nullptr};
    return PQconnectStartParams(names.data(), values.data(), 1);
}

} // namespace

connect_options without_limits(connect_options options) {
    options.statement_timeout = milliseconds{0};
    options.lock_timeout = milliseconds{0};
    options.idle_in_transaction_timeout = milliseconds{0};
    options.answer_timeout = std::chrono::hours{24};
    return options;
}

void connection::finish::operator()(pg_conn* conn) const {
    PQfinish(conn);
}

connection::connection(pg_conn* conn, milliseconds answer_timeout)
    : conn_{conn}, answer_timeout_{answer_timeout} {}
connection::connection(connection&&) noexcept = default;
connection& connection::operator=(connection&&) noexcept = default;
connection::~connection() = default;

outcome<connection> connection::open(const connect_options& options) {
    connection made{start(options), options.answer_timeout};
    if (!made.finish_connecting(std::chrono::steady_clock::now() + options.connect_timeout))
        return to_failure(made.last_error_);
    if (auto set = made.execute(session_settings(options)); !set)
        return std::move(set).error();
    return made;
}

bool connection::finish_connecting(deadline until) {
    if (!conn_ || PQstatus(conn_.get()) == CONNECTION_BAD)
        return lose(conn_ ? one_line(PQerrorMessage(conn_.get())) : "out of memory");
    PQsetNoticeReceiver(conn_.get(), ignore_notice, nullptr);
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(conn_.get())) {
        if (state == PGRES_POLLING_FAILED)
            return lose(one_line(PQerrorMessage(conn_.get())));
        const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (wait_for(PQsocket(conn_.get()), events, until) <= 0)
            return lose("no connection to the database in time");
    }
    PQsetnonblocking(conn_.get(), 1);
    return true;
}

outcome<rows> connection::query(const statement& what, const params& with) {
    const auto until = answer_deadline();
    const command step{&what, &with};
    if (!prepare(step, until) || !send(step) || !flush(until))
        return to_failure(last_error_);
    auto result = collect(until);
    if (!result)
        return to_failure(last_error_);
    return std::move(*result);
}

status connection::execute(const std::string& sql) {
    const auto until = answer_deadline();
    if (!conn_)
        return to_failure(last_error_);
    if (PQsendQuery(conn_.get(), sql.c_str()) == 0)
        lose(one_line(PQerrorMessage(conn_.get())));
    if (!flush(until) || !collect(until))
        return to_failure(last_error_);
    return done{};
}

pipeline_result connection::run(std::span<const command> commands) {
    pipeline_result answer;
    const auto until = answer_deadline();
    const auto all = [&](auto&& step) { return std::all_of(commands.begin(), commands.end(), step); };
    if (!all([&](const command& c) { return prepare(c, until); }) || PQenterPipelineMode(conn_.get()) == 0) {
        answer.failed = last_error_;
        return answer;
    }
    if (!all([&](const command& c) { return send(c); }) ||
        (PQpipelineSync(conn_.get()) == 0 && !lose(one_line(PQerrorMessage(conn_.get())))) || !flush(until)) {
        answer.failed = last_error_;
        return answer;
    }
    read_pipeline(answer, until);
    if (conn_)
        PQexitPipelineMode(conn_.get());
    return answer;
}

bool connection::ok() const {
    return conn_ && PQstatus(conn_.get()) == CONNECTION_OK;
}

bool connection::alive() {
    if (!conn_)
        return false;
    // A server that went away leaves its last words and then the end of the stream.
    while (wait_for(PQsocket(conn_.get()), POLLIN, std::chrono::steady_clock::now()) != 0)
        if (PQconsumeInput(conn_.get()) == 0 || PQstatus(conn_.get()) != CONNECTION_OK)
            return lose(one_line(PQerrorMessage(conn_.get())));
    return true;
}

bool connection::in_transaction() const {
    return conn_ && PQtransactionStatus(conn_.get()) != PQTRANS_IDLE;
}

int connection::backend_pid() const {
    return conn_ ? PQbackendPID(conn_.get()) : 0;
}

bool connection::prepare(const command& step, deadline until) {
    if (!conn_)
        return false;
    if (prepared_.contains(step.what))
        return true;
    const auto sql = std::string{step.what->sql} + step.what->more + step.what->end;
    const auto types = step.with != nullptr ? step.with->view().types : std::vector<unsigned>{};
    if (PQsendPrepare(conn_.get(), step.what->name, sql.c_str(), static_cast<int>(types.size()),
                      types.data()) == 0)
        return lose(one_line(PQerrorMessage(conn_.get())));
    if (!flush(until) || !collect(until))
        return false;
    prepared_.insert(step.what);
    return true;
}

bool connection::send(const command& step) {
    const auto with = step.with != nullptr ? step.with->view() : params::arrays{};
    constexpr int binary_results = 1;
    return PQsendQueryPrepared(conn_.get(), step.what->name, static_cast<int>(with.values.size()),
                               with.values.data(), with.lengths.data(), with.formats.data(),
                               binary_results) != 0 ||
           lose(one_line(PQerrorMessage(conn_.get())));
}

/// Sends all that is buffered; reads meanwhile, because a server that cannot get rid of its answers stops
/// reading.
bool connection::flush(deadline until) {
    while (conn_) {
        const int left = PQflush(conn_.get());
        if (left == 0)
            return true;
        if (left < 0)
            return lose(one_line(PQerrorMessage(conn_.get())));
        const int events = wait_for(PQsocket(conn_.get()), POLLIN | POLLOUT, until);
        if (events <= 0)
            return lose("the database did not take the statement in time");
        if ((events & POLLIN) != 0 && PQconsumeInput(conn_.get()) == 0)
            return lose(one_line(PQerrorMessage(conn_.get())));
    }
    return false;
}

bool connection::wait_readable(deadline until) {
    if (wait_for(PQsocket(conn_.get()), POLLIN, until) <= 0)
        return lose("the database did not answer in time");
    return PQconsumeInput(conn_.get()) != 0 || lose(one_line(PQerrorMessage(conn_.get())));
}

outcome<std::vector<std::string>> connection::wait_notifications(milliseconds limit) {
    std::vector<std::string> payloads;
    const auto until = std::chrono::steady_clock::now() + limit;
    while (conn_) {
        while (auto* const told = PQnotifies(conn_.get())) {
            payloads.emplace_back(told->extra);
            PQfreemem(told);
        }
        if (!payloads.empty())
            return payloads;
        const int events = wait_for(PQsocket(conn_.get()), POLLIN, until);
        if (events == 0)
            return payloads;
        if (events < 0 || PQconsumeInput(conn_.get()) == 0)
            lose(one_line(PQerrorMessage(conn_.get())));
    }
    return to_failure(last_error_);
}

/// The next result, or null at the end of a statement's results or when the connection is lost.
pg_result* connection::next_result(deadline until) {
    while (conn_ && PQisBusy(conn_.get()) != 0)
        if (!wait_readable(until))
            return nullptr;
    return conn_ ? PQgetResult(conn_.get()) : nullptr;
}

/// All results up to the end: the last one, or nothing after an error.
std::optional<rows> connection::collect(deadline until) {
    std::optional<rows> last{std::in_place};
    bool failed = false;
    while (auto* result = next_result(until)) {
        rows owned{result};
        const auto state = PQresultStatus(result);
        if (state == PGRES_TUPLES_OK || state == PGRES_COMMAND_OK || state == PGRES_EMPTY_QUERY) {
            last = std::move(owned);
            continue;
        }
        if (!failed)
            note_error(result);
        failed = true;
        if (!conn_)
            break;
    }
    if (failed || !conn_)
        last.reset();
    return last;
}

void connection::read_pipeline(pipeline_result& answer, deadline until) {
    for (int ends = 0; conn_;) {
        auto* result = next_result(until);
        if (result == nullptr) { // the end of one statement's results; two in a row never come
            if (++ends > 1)
                lose("the database answered out of order");
            continue;
        }
        ends = 0;
        rows owned{result};
        switch (PQresultStatus(result)) {
        case PGRES_PIPELINE_SYNC:
            return;
        case PGRES_PIPELINE_ABORTED:
            break;
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
            if (!answer.failed)
                answer.results.push_back(std::move(owned));
            break;
        default:
            note_error(result);
            if (!answer.failed)
                answer.failed = last_error_;
        }
    }
    if (!answer.failed || answer.failed->kind != error_kind::connection_lost)
        answer.failed = last_error_;
}

void connection::note_error(const pg_result* result) {
    const auto field = [&](int code) {
        const char* text = PQresultErrorField(result, code);
        return std::string{text != nullptr ? text : ""};
    };
    const auto severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
    const auto state = field(PG_DIAG_SQLSTATE);
    auto message = state.empty() ? one_line(PQresultErrorMessage(result)) : field(PG_DIAG_MESSAGE_PRIMARY);
    const bool fatal =
        state.empty() || severity == "FATAL" || severity == "PANIC" || PQstatus(conn_.get()) != CONNECTION_OK;
    if (fatal || classify(state) == error_kind::connection_lost) {
        lose(std::move(message));
        return;
    }
    last_error_ = {classify(state), state, std::move(message), field(PG_DIAG_CONSTRAINT_NAME)};
}

bool connection::lose(std::string why) {
    if (conn_)
        last_error_ = {error_kind::connection_lost, lost_state, std::move(why), {}};
    conn_.reset();
    return false;
}

} // namespace atelier::pg
