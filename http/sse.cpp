#include "http/sse.hpp"

#include <algorithm>

namespace atelier::http {
namespace {

void append_field(std::string& frame, std::string_view name, std::string_view value) {
    frame.append(name).append(": ").append(value).push_back('\n');
}

/// For values of one line. An id with a NUL would be ignored by clients altogether.
std::string on_one_line(std::string_view text) {
    std::string line{text};
    std::erase_if(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    return line;
}

/// CR, LF and CRLF each end a line for the reader, so each does here.
void append_lines(std::string& frame, std::string_view name, std::string_view text) {
    for (;;) {
        const auto end = std::min(text.find_first_of("\r\n"), text.size());
        append_field(frame, name, text.substr(0, end));
        if (end == text.size())
            return;
        text.remove_prefix(text.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
}

} // namespace

std::string sse_event(std::string_view event, std::string_view data, std::string_view id) {
    std::string frame;
    frame.reserve(event.size() + data.size() + id.size() + 32);
    if (!id.empty())
        append_field(frame, "id", on_one_line(id));
    if (!event.empty())
        append_field(frame, "event", on_one_line(event));
    append_lines(frame, "data", data);
    frame.push_back('\n');
    return frame;
}

std::string sse_comment(std::string_view text) {
    std::string frame;
    append_lines(frame, "", text);
    frame.push_back('\n');
    return frame;
}

std::string sse_retry(std::chrono::milliseconds delay) {
    return "retry: " + std::to_string(delay.count()) + "\n\n";
}

} // namespace atelier::http
