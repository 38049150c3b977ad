#include "http/file.hpp"
#include "http/session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <functional>

namespace atelier::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t file_block = 128 * 1024;
/// Up to here a body is copied behind its head and sent with it.
constexpr std::size_t small_body = 64 * 1024;
/// nginx's number for "the client went away": there is no official one, for nobody ever sees it.
constexpr unsigned client_gone = 499;

/// Calls `stop` of a stream exactly once, however its response ends.
class stream_end {
public:
    explicit stream_end(response& answer) {
        if (auto* body = std::get_if<stream_body>(&answer.body))
            stop_ = std::move(body->stop);
    }
    stream_end(const stream_end&) = delete;
    stream_end& operator=(const stream_end&) = delete;
    ~stream_end() {
        if (stop_)
            stop_();
    }

private:
    std::function<void()> stop_;
};

/// Makes a queue known to its session while it is written, and closes it afterwards.
class stream_in_use {
public:
    stream_in_use(std::shared_ptr<stream_queue>& place, std::shared_ptr<stream_queue> queue) : place_{place} {
        place_ = std::move(queue);
    }
    stream_in_use(const stream_in_use&) = delete;
    stream_in_use& operator=(const stream_in_use&) = delete;
    ~stream_in_use() {
        place_->close();
        place_.reset();
    }

private:
    std::shared_ptr<stream_queue>& place_;
};

/// Reads a file body block by block, on the file pool.
class block_reader {
public:
    explicit block_reader(const file_body& body) : body_{body} {}

    status next() {
        if (!source_) {
            auto opened = file::open(body_.path);
            if (!opened)
                return opened.error();
            source_ = std::move(*opened);
        }
        block_.resize(std::min<std::uint64_t>(file_block, body_.length - read_));
        const auto got = source_->read(body_.offset + read_, block_);
        if (!got)
            return got.error();
        if (*got < block_.size())
            return failure{errc::internal, body_.path.string() + " is shorter than its response"};
        read_ += *got;
        return done{};
    }
    [[nodiscard]] bool at_end() const { return read_ == body_.length; }
    [[nodiscard]] std::string_view block() const { return block_; }

private:
    const file_body& body_;
    std::optional<file> source_;
    std::string block_;
    std::uint64_t read_ = 0;
};

void append_chunk(std::string& out, std::string_view data) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
    out.append(size.data(), end).append("\r\n").append(data).append("\r\n");
}

} // namespace

asio::awaitable<void> session::send(response answer) {
    const stream_end ends{answer};
    if (gone_) {
        status_ = client_gone;
        if (!request_.method_name.empty())
            observe();
        co_return;
    }
    if (!has_safe_headers(answer)) {
        scope_.shared.report("a response had a header with a control byte; it was replaced");
        answer = problem_response(errc::internal, request_.request_id);
    }
    if (keep_alive_ && scope_.draining) {
        keep_alive_ = false;
        sending_ = true; // it does not know yet that it should not
    }
    if (const auto* text = std::get_if<std::string>(&answer.body))
        co_await send_text(answer, *text);
    else if (const auto* part = std::get_if<file_body>(&answer.body))
        co_await send_file(answer, *part);
    else
        co_await send_stream(answer, std::get<stream_body>(answer.body));
    observe();
}

bool session::sends_body(const response& answer) const {
    return request_.verb != method::head && !is_bodiless(answer.status);
}

asio::awaitable<void> session::send_text(const response& answer, std::string_view body) {
    start_head(answer, body.size());
    if (!sends_body(answer)) {
        co_await write(out_);
        co_return;
    }
    if (body.size() > small_body) {
        co_await write(out_);
        co_await write(body);
        co_return;
    }
    out_.append(body);
    co_await write(out_);
}

asio::awaitable<void> session::send_file(const response& answer, const file_body& body) {
    auto& shared = scope_.shared;
    if (!sends_body(answer) || body.length == 0) {
        start_head(answer, body.length);
        co_await write(out_);
        co_return;
    }
    block_reader reader{body};
    auto next = [&reader] { return reader.next(); };
    status read = co_await shared.files.run(next);
    if (!read) {
        shared.report(read.error().detail);
        const auto problem = problem_response(read.error(), request_.request_id);
        co_await send_text(problem, std::get<std::string>(problem.body));
        co_return;
    }
    start_head(answer, body.length);
    out_.append(reader.block());
    co_await write(out_);
    while (!gone_ && !reader.at_end()) {
        read = co_await shared.files.run(next);
        if (!read) {
            shared.report(read.error().detail);
            gone_ = true; // the rest cannot be sent: only a broken connection tells the client so
            co_return;
        }
        co_await write(reader.block());
    }
}

asio::awaitable<void> session::send_stream(const response& answer, const stream_body& body) {
    const bool chunked = head_.facts.minor_version == 1;
    keep_alive_ = false; // watching for the client's end leaves no way to read its next request
    start_head(answer, std::nullopt, chunked);
    co_await write(out_);
    if (gone_ || !sends_body(answer))
        co_return;
    const auto queue = std::make_shared<stream_queue>(scope_.executor, scope_.shared.bounds.stream_bytes);
    const stream_in_use known{stream_, queue};
    asio::co_spawn(scope_.executor, watch(shared_from_this(), queue), asio::detached);
    try {
        body.start([queue](std::string chunk) { return queue->push(std::move(chunk)); });
    } catch (const std::exception& error) {
        scope_.shared.report("the start of a stream threw: " + std::string{error.what()});
        queue->close();
    }
    if (scope_.draining)
        queue->finish();
    co_await pump(*queue, chunked);
}

asio::awaitable<void> session::pump(stream_queue& queue, bool chunked) {
    for (;;) {
        const auto chunk = co_await queue.next();
        if (!chunk || gone_)
            break;
        out_.clear();
        if (chunked)
            append_chunk(out_, *chunk);
        co_await write(chunked ? std::string_view{out_} : std::string_view{*chunk});
    }
    if (chunked && queue.ended_well())
        co_await write("0\r\n\r\n");
}

/// Notices a client that goes away while the stream is silent.
asio::awaitable<void> session::watch(std::shared_ptr<session> self, std::shared_ptr<stream_queue> queue) {
    co_await self->connection_.watch();
    queue->close();
}

asio::awaitable<void> session::write(std::string_view bytes) {
    if (gone_)
        co_return;
    // Not inside the condition: g++ 12 misplaces the frame of a coroutine without variables then.
    const bool sent = co_await connection_.send(bytes, scope_.shared.bounds.write_timeout);
    if (sent)
        bytes_sent_ += bytes.size();
    gone_ = !sent;
}

void session::start_head(const response& answer, std::optional<std::uint64_t> content_length, bool chunked) {
    head_fields fields;
    fields.date = scope_.date;
    fields.request_id = request_.request_id;
    if (!is_bodiless(answer.status))
        fields.content_length = content_length;
    fields.chunked = chunked && !is_bodiless(answer.status);
    fields.close = !keep_alive_;
    fields.keep_alive = head_.facts.minor_version == 0;
    status_ = answer.status;
    out_.clear();
    append_head(out_, answer, fields);
}

void session::observe() const {
    const auto& on_request = scope_.shared.hooks.on_request;
    if (!on_request)
        return;
    request_summary summary;
    summary.method = request_.method_name;
    summary.route = route_ == nullptr ? std::string_view{} : route_->pattern;
    summary.target = request_.target;
    summary.status = status_;
    summary.bytes_received = request_.body_size;
    summary.bytes_sent = bytes_sent_;
    summary.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(connection::clock::now() - started_);
    summary.request_id = request_.request_id;
    summary.remote_address = request_.remote_address;
    on_request(summary);
}

} // namespace atelier::http
