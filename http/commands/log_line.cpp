#include "http/commands/log_line.hpp"

#include "config/printable.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace atelier::commands {
namespace {

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string{printable(text)});
}

bool needs_quotes(std::string_view text) {
    return text.empty() || text.find_first_of(" \t\"=\\") != std::string_view::npos;
}

} // namespace

log_line::log_line(style how, std::string_view event) : style_{how} {
    if (style_ == style::human)
        text_ = event;
    else
        add("event", event);
}

log_line& log_line::add(std::string_view name, std::string_view text) {
    begin_value(name);
    if (style_ == style::json || needs_quotes(text))
        text_ += quoted(text);
    else
        text_ += printable(text);
    return *this;
}

log_line& log_line::add(std::string_view name, std::int64_t number) {
    begin_value(name);
    text_ += std::to_string(number);
    return *this;
}

void log_line::begin_value(std::string_view name) {
    if (style_ == style::human)
        text_.append(" ").append(name).append("=");
    else
        text_.append(text_.empty() ? "\"" : ",\"").append(name).append("\":");
}

} // namespace atelier::commands
