#include "http/commands/log.hpp"

#include "http/commands/log_line.hpp"

#include <boost/json.hpp>
#include <fmt/chrono.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace atelier::commands {
namespace {

constexpr std::size_t waiting_lines_max = 8192;
constexpr const char* people_pattern = "%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v";

/// One JSON object a line: `{"time":…,"level":…,` and then either the message, or the members that the
/// message is.
class json_formatter final : public spdlog::formatter {
public:
    enum class payload : std::uint8_t { text, members };

    explicit json_formatter(payload what) : what_{what} {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        using std::chrono::floor;
        const auto at = floor<std::chrono::microseconds>(message.time.time_since_epoch());
        const auto second = floor<std::chrono::seconds>(at);
        const auto level = spdlog::level::to_string_view(message.level);
        const std::string_view said{message.payload.data(), message.payload.size()};
        fmt::format_to(
            std::back_inserter(out), R"({{"time":"{:%Y-%m-%dT%H:%M:%S}.{:06}Z","level":"{}",)",
            fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::time_point{second})),
            (at - second).count(), std::string_view{level.data(), level.size()});
        const auto text = what_ == payload::members
                              ? std::string{said}
                              : R"("message":)" + boost::json::serialize(boost::json::string{said});
        out.append(text.data(), text.data() + text.size());
        out.push_back('}');
        out.push_back('\n');
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<json_formatter>(what_);
    }

private:
    payload what_;
};

/// Of requests and spans. Set before any thread starts.
struct fact_log {
    std::shared_ptr<spdlog::logger> lines;
    log_line::style style = log_line::style::human;
};
fact_log& facts() {
    static fact_log only;
    return only;
}

void add_trace(log_line& line, const trace_context& trace, std::uint64_t parent) {
    line.add("trace_id", trace.trace_id()).add("span_id", span_id(trace.span));
    if (parent != 0)
        line.add("parent_span_id", span_id(parent));
}

} // namespace

void start_log(const log_settings& s) {
    const bool json = s.format == "json";
    const auto level = spdlog::level::from_str(s.level);
    auto messages = json ? spdlog::stderr_logger_mt("atelier") : spdlog::stderr_color_mt("atelier");
    if (json)
        messages->set_formatter(std::make_unique<json_formatter>(json_formatter::payload::text));
    else
        messages->set_pattern(people_pattern);
    messages->set_level(level);
    spdlog::set_default_logger(std::move(messages));

    spdlog::init_thread_pool(waiting_lines_max, 1);
    auto& log = facts();
    log.style = json ? log_line::style::json : log_line::style::human;
    spdlog::sink_ptr out;
    if (json)
        out = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
        out = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    log.lines = std::make_shared<spdlog::async_logger>("requests", std::move(out), spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
    spdlog::register_logger(log.lines); // so that a change of the level reaches it, too
    if (json)
        log.lines->set_formatter(std::make_unique<json_formatter>(json_formatter::payload::members));
    else
        log.lines->set_pattern(people_pattern);
    log.lines->set_level(level);
}

void log_request(std::string_view listener, const http::request_summary& r) {
    const auto& log = facts();
    // To refuse is no failure, and costs no more than it must; the metrics tell of it.
    const bool failed = r.status >= 500 && !r.shed;
    const auto level = failed ? spdlog::level::warn : spdlog::level::info;
    if (!log.lines || !log.lines->should_log(level))
        return;
    const bool is_permission = r.route.starts_with("/rails/active_storage/");
    const auto path = is_permission ? r.route : r.target.substr(0, r.target.find('?'));
    log_line line{log.style, "request"};
    line.add("listener", listener).add("method", r.method).add("path", path).add("status", r.status);
    line.add("duration_us", r.duration.count()).add("request_id", r.request_id);
    add_trace(line, r.trace, r.parent_span);
    if (r.user)
        line.add("user", r.user.value);
    line.add("from", r.remote_address).add("received", static_cast<std::int64_t>(r.bytes_received));
    line.add("sent", static_cast<std::int64_t>(r.bytes_sent));
    log.lines->log(level, line.text());
}

void log_span(const span& ended) {
    const auto& log = facts();
    if (!log.lines || !log.lines->should_log(spdlog::level::info))
        return;
    log_line line{log.style, "span"};
    line.add("name", ended.name).add("duration_us", ended.duration.count());
    if (!ended.request_id.empty())
        line.add("request_id", ended.request_id);
    add_trace(line, ended.trace, ended.parent);
    for (const auto& attribute : ended.attributes)
        std::visit([&](const auto& value) { line.add(attribute.first, value); }, attribute.second);
    log.lines->info(line.text());
}

std::uint64_t dropped_log_lines() {
    const auto pool = spdlog::thread_pool();
    return pool ? pool->overrun_counter() : 0;
}

} // namespace atelier::commands
