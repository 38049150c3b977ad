#include "http/commands/log.hpp"

#include <boost/json.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

namespace atelier::commands {
namespace {

/// One JSON object a line.
class json_formatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const auto micros =
            std::chrono::duration_cast<std::chrono::microseconds>(message.time.time_since_epoch()).count();
        const auto level = spdlog::level::to_string_view(message.level);
        const boost::json::object line{
            {"time_us", micros},
            {"level", std::string_view{level.data(), level.size()}},
            {"message", std::string_view{message.payload.data(), message.payload.size()}}};
        const auto text = boost::json::serialize(line);
        out.append(text.data(), text.data() + text.size());
        out.push_back('\n');
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<json_formatter>();
    }
};

} // namespace

void start_log(const log_settings& s) {
    auto logger =
        s.format == "json" ? spdlog::stderr_logger_mt("atelier") : spdlog::stderr_color_mt("atelier");
    if (s.format == "json")
        logger->set_formatter(std::make_unique<json_formatter>());
    else
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
    logger->set_level(spdlog::level::from_str(s.level));
    spdlog::set_default_logger(std::move(logger));
}

void log_request(const char* listener, const http::request_summary& r) {
    const bool is_permission = r.route.starts_with("/rails/active_storage/");
    const auto path = is_permission ? r.route : r.target.substr(0, r.target.find('?'));
    spdlog::debug("{} {} {} {} {}us id={} from={} bytes={}", listener, r.method, path, r.status,
                  r.duration.count(), r.request_id, r.remote_address, r.bytes_sent);
}

} // namespace atelier::commands
