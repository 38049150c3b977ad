#include "http/file_transfer.hpp"
#include "http/representation.hpp"
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

/// Up to here a body is copied behind its head and sent with it.
constexpr std::size_t small_body = 64 * 1024;
/// A deadline is renewed after this much progress.
constexpr std::size_t progress = 64 * 1024;
/// Read at once of a file that has to be encrypted.
constexpr std::size_t secured_slice = 256 * 1024;
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

/// A file that has been opened, and how its part begins.
struct file_beginning {
    file source;
    std::string bytes;

    file_beginning(file s, std::string b) : source{std::move(s)}, bytes{std::move(b)} {}
};

/// Blocks on the disk.
outcome<file_beginning> begin_file(const file_body& body) {
    auto opened = file::open(body.path);
    if (!opened)
        return opened.error();
    std::string bytes(std::min<std::uint64_t>(small_body, body.length), '\0');
    const auto got = opened->read(body.offset, bytes);
    if (!got)
        return got.error();
    if (*got < bytes.size())
        return failure{errc::internal, body.path.string() + " is shorter than its response"};
    return file_beginning{std::move(*opened), std::move(bytes)};
}

void append_chunk(std::string& out, std::string_view data) {
    std::array<char, 16> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
    out.append(size.data(), end).append("\r\n").append(data).append("\r\n");
}

} // namespace

/// A stream while it is written: known to its session, and closed afterwards.
class session::stream_in_use {
public:
    stream_in_use(session& owner, const stream_body& body, std::shared_ptr<stream_queue> queue)
        : owner_{owner}, body_{body}, queue_{std::move(queue)}, beat_at_{connection::clock::now() +
                                                                         body.pause} {
        owner_.stream_ = this;
    }
    stream_in_use(const stream_in_use&) = delete;
    stream_in_use& operator=(const stream_in_use&) = delete;
    ~stream_in_use() {
        queue_->close();
        owner_.stream_ = nullptr;
    }

    [[nodiscard]] stream_queue& queue() const { return *queue_; }
    void sweep(time_point now) {
        if (!body_.beat || now < beat_at_)
            return;
        beat_at_ = now + body_.pause;
        body_.beat();
    }

private:
    session& owner_;
    const stream_body& body_;
    const std::shared_ptr<stream_queue> queue_;
    time_point beat_at_;
};

void session::sweep(time_point now) {
    connection_.sweep(now);
    if (stream_ != nullptr)
        stream_->sweep(now);
}

void session::drain() {
    if (stream_ != nullptr)
        stream_->queue().finish();
    if (!idle_)
        return;
    // Its next request may already be on its way: that one is still answered.
    const auto grace = scope_.shared.bounds.drain_idle;
    if (grace.count() > 0)
        connection_.expire_after(grace);
    else
        connection_.close();
}

void session::abort() {
    if (stream_ != nullptr)
        stream_->queue().close();
    connection_.close();
}

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
    represent(request_, answer, scope_.shared.bounds.compress_above);
    scope_.shared.sharing.share(request_, answer);
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
    auto begin = [&body] { return begin_file(body); };
    const auto begun = co_await shared.files.run(begin);
    if (!begun) {
        shared.report(begun.error().detail);
        const auto problem = problem_response(begun.error(), request_.request_id);
        co_await send_text(problem, std::get<std::string>(problem.body));
        co_return;
    }
    start_head(answer, body.length);
    out_.append(begun->bytes);
    co_await write(out_);
    const auto so_far = begun->bytes.size();
    if (gone_ || so_far == body.length)
        co_return;
    if (connection_.is_secure())
        co_await send_rest_secured(begun->source, body.offset + so_far, body.length - so_far);
    else
        co_await send_rest(begun->source, body.offset + so_far, body.length - so_far);
}

/// The same where the bytes have to be encrypted on their way.
asio::awaitable<void> session::send_rest_secured(const file& source, std::uint64_t offset,
                                                 std::uint64_t length) {
    auto& shared = scope_.shared;
    std::string block;
    while (!gone_ && length > 0) {
        block.resize(std::min<std::uint64_t>(secured_slice, length));
        auto next = [&] { return source.read(offset, block); };
        const auto got = co_await shared.files.run(next);
        if (!got || *got < block.size()) {
            shared.report(got ? "a file is shorter than its response" : got.error().detail);
            gone_ = true; // the rest cannot be sent: only a broken connection tells the client so
            co_return;
        }
        co_await write(block);
        offset += block.size();
        length -= block.size();
    }
}

/// Sends a part of a file that is too large to be copied. The pool's threads wait for the disk, this
/// coroutine for the client.
asio::awaitable<void> session::send_rest(const file& source, std::uint64_t offset, std::uint64_t length) {
    auto& shared = scope_.shared;
    const auto timeout = shared.bounds.write_timeout;
    const auto socket = connection_.duplicate();
    file_transfer transfer{source, socket.get(), offset, length};
    auto next = [&transfer] { return transfer.send_slice(); };
    connection_.expire_after(timeout);
    std::uint64_t renewed = bytes_sent_;
    while (!gone_ && !transfer.at_end()) {
        const auto sent = co_await shared.files.run(next);
        if (!sent) {
            if (sent.error().code != errc::unavailable)
                shared.report(sent.error().detail);
            gone_ = true; // the rest cannot be sent: only a broken connection tells the client so
            co_return;
        }
        bytes_sent_ += *sent;
        if (bytes_sent_ - renewed >= progress && !connection_.expired()) {
            renewed = bytes_sent_;
            connection_.expire_after(timeout);
        }
        if (transfer.at_end())
            break;
        // It is full, or was when the slice ended: then this takes no time.
        const bool ready = co_await connection_.writable();
        gone_ = !ready;
    }
    connection_.expire_never();
}

asio::awaitable<void> session::send_stream(const response& answer, const stream_body& body) {
    const bool chunked = head_.facts.minor_version == 1;
    keep_alive_ = false; // watching for the client's end leaves no way to read its next request
    start_head(answer, std::nullopt, chunked);
    co_await write(out_);
    if (gone_ || !sends_body(answer))
        co_return;
    const auto queue = std::make_shared<stream_queue>(scope_.executor, scope_.shared.bounds.stream_bytes);
    stream_in_use known{*this, body, queue};
    forget_request();
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
        std::string{}.swap(out_); // it may take long until there is more
    }
    if (chunked && queue.ended_well())
        co_await write("0\r\n\r\n");
}

/// A stream may stay open for hours: what it keeps of its request is what is reported at its end.
void session::forget_request() {
    request rest;
    rest.verb = request_.verb;
    rest.method_name = std::move(request_.method_name);
    rest.target = std::move(request_.target);
    rest.body_size = request_.body_size;
    rest.request_id = std::move(request_.request_id);
    rest.trace = request_.trace;
    rest.parent_span = request_.parent_span;
    rest.user = request_.user;
    rest.remote_address = std::move(request_.remote_address);
    request_ = std::move(rest);
    std::string{}.swap(out_);
    connection_.release();
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
    if (gone_ && connection_.expired())
        scope_.shared.refused("write_timeout");
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
    fields.https = scope_.shared.options.https;
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
    summary.shed = shed_;
    summary.bytes_received = request_.body_size;
    summary.bytes_sent = bytes_sent_;
    summary.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(connection::clock::now() - started_);
    summary.request_id = request_.request_id;
    summary.trace = request_.trace;
    summary.parent_span = request_.parent_span;
    summary.user = request_.user;
    summary.remote_address = request_.remote_address;
    on_request(summary);
}

} // namespace atelier::http
