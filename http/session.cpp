#include "http/session.hpp"

#include "http/addresses.hpp"
#include "http/upload_file.hpp"

#include <algorithm>
#include <exception>

namespace atelier::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t head_block = 4096;
constexpr std::size_t body_block = 65536;

bool is_request_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
               c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

failure too_large(std::uint64_t size_max) {
    if (size_max == 0)
        return {errc::payload_too_large, "this request takes no body"};
    return {errc::payload_too_large, "the limit is " + std::to_string(size_max) + " bytes"};
}

} // namespace

session::session(thread_scope& scope, asio::ip::tcp::socket socket, std::string peer,
                 std::optional<connection_gate::ticket> ticket)
    : scope_{scope}, ticket_{std::move(ticket)}, peer_{std::move(peer)}, connection_{std::move(socket)} {}

asio::awaitable<void> session::serve(std::shared_ptr<session> self) {
    const bool welcome = co_await self->welcome();
    self->gone_ = !welcome;
    while (!self->gone_) {
        self->begin();
        auto answer = co_await self->exchange();
        co_await self->send(std::move(answer));
        if (!self->keep_alive_ || self->scope_.draining)
            break;
    }
    self->idle_ = true;
    auto& line = self->connection_;
    if (!self->gone_ && (self->sending_ || line.is_secure() || !line.received().empty()))
        co_await self->connection_.linger();
    self->connection_.close();
}

asio::awaitable<void> session::turn_away(std::shared_ptr<session> self) {
    const bool welcome = co_await self->welcome();
    if (!welcome)
        co_return;
    self->begin();
    self->request_begins();
    const failure full{errc::overloaded, "too many connections are open"};
    auto answer = self->refuse(full);
    co_await self->send(std::move(answer));
    self->idle_ = true;
    if (!self->gone_)
        co_await self->connection_.linger();
}

void session::begin() {
    auto headers = std::move(request_.headers); // its memory is used again
    headers.clear();
    request_ = request{};
    request_.headers = std::move(headers);
    head_ = request_head{};
    finder_.reset();
    body_ = body_decoder{framing{}};
    route_ = nullptr;
    status_ = 0;
    shed_ = false;
    bytes_sent_ = 0;
    keep_alive_ = false;
    connection_.trim();
    if (out_.capacity() > body_block)
        std::string{}.swap(out_);
}

void session::request_begins() {
    idle_ = false;
    started_ = connection::clock::now();
    connection_.expire_after(scope_.shared.bounds.header_timeout);
}

asio::awaitable<response> session::exchange() {
    const status head = co_await read_head();
    if (!head)
        co_return refuse(head.error());
    auto match = scope_.shared.routes.find(request_.verb, request_.path);
    if (match.found == nullptr)
        co_return unrouted(match);
    route_ = match.found;
    if (const auto limited = route_->vital ? std::nullopt : too_many_requests())
        co_return decline(problem_response(*limited, request_.request_id));
    if (request_.query_failure && !route_->raw_query)
        co_return refuse(*request_.query_failure);
    request_.path_parameters = std::move(match.parameters);
    const bool may_be_large = route_->body == body_mode::file;
    if (may_be_large && overloaded())
        co_return decline(problem_response(errc::overloaded, request_.request_id));
    const status body = co_await read_body();
    if (!body)
        co_return refuse(body.error());
    if (!may_be_large && overloaded()) // the connection stays good for more
        co_return problem_response(errc::overloaded, request_.request_id);
    co_return co_await handle();
}

asio::awaitable<status> session::read_head() {
    const auto& bounds = scope_.shared.bounds;
    idle_ = connection_.received().empty();
    if (idle_)
        connection_.expire_after(bounds.idle_timeout);
    else
        request_begins();
    for (;;) {
        const auto size = finder_.find(connection_.received());
        if (!size)
            co_return size.error();
        if (*size && **size <= bounds.header_bytes)
            co_return parse_head(**size);
        const auto so_far = connection_.received().size();
        if (so_far >= bounds.header_bytes)
            co_return finder_.has_request_line() ? errc::headers_too_large : errc::uri_too_long;
        const bool more = co_await connection_.receive(std::min(head_block, bounds.header_bytes - so_far));
        if (!more)
            co_return lost();
        if (idle_)
            request_begins();
    }
}

status session::parse_head(std::size_t size) {
    const auto parsed =
        parse_request_head(connection_.received().substr(0, size), scope_.shared.bounds, request_);
    connection_.consume(size);
    connection_.expire_never();
    identify();
    if (!parsed)
        return parsed.error();
    head_ = *parsed;
    body_ = body_decoder{head_.facts};
    keep_alive_ = head_.keep_alive;
    return done{};
}

void session::identify() {
    request_.remote_address =
        behind_proxy_ ? client_address(request_origin{peer_, request_}, scope_.shared.options.trusted_proxies)
                      : peer_;
    if (const auto caller = parse_traceparent(request_.header("traceparent"))) {
        request_.trace = caller->child(scope_.random());
        request_.parent_span = caller->span;
    } else {
        request_.trace = trace_context{scope_.random(), scope_.random(), scope_.random()};
    }
    const auto given = request_.header("x-request-id");
    request_.request_id = is_request_id(given) ? std::string{given} : scope_.unique_name();
}

std::uint64_t session::body_size_max() const {
    switch (route_->body) {
    case body_mode::memory:
        return scope_.shared.bounds.body_bytes;
    case body_mode::file:
        return scope_.shared.bounds.upload_bytes;
    case body_mode::none:
        break;
    }
    return 0;
}

/// What can be said about a body before it is read, and before the client is told to send it.
status session::check_body(std::uint64_t size_max) const {
    if (head_.facts.expects == framing::expectation::unknown)
        return errc::expectation_failed;
    if (head_.facts.content_length.value_or(0) > size_max)
        return too_large(size_max);
    return done{};
}

asio::awaitable<status> session::read_body() {
    const auto size_max = body_size_max();
    const status acceptable = check_body(size_max);
    if (!acceptable)
        co_return acceptable.error();
    if (body_.is_complete())
        co_return done{};
    if (head_.facts.expects == framing::expectation::continue_ && connection_.received().empty())
        co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (gone_)
        co_return lost();
    co_return co_await receive_body(size_max);
}

asio::awaitable<status> session::receive_body(std::uint64_t size_max) {
    const auto& shared = scope_.shared;
    std::optional<upload_file> file;
    if (route_->body == body_mode::file)
        file.emplace(shared.files, shared.options.upload_directory, scope_.unique_name());
    connection_.expire_after(shared.bounds.body_timeout);
    std::uint64_t renewed = 0;
    while (!body_.is_complete()) {
        if (connection_.received().empty()) {
            const bool more = co_await connection_.receive(body_block);
            if (!more)
                co_return lost();
        }
        const auto step = body_.next(connection_.received());
        if (!step)
            co_return step.error();
        request_.body_size += step->data.size();
        if (request_.body_size > size_max)
            co_return too_large(size_max);
        if (file) {
            const status stored = co_await file->append(step->data);
            if (!stored)
                co_return stored.error();
        } else {
            request_.body.append(step->data);
        }
        connection_.consume(step->consumed);
        if (request_.body_size - renewed >= body_block) {
            renewed = request_.body_size;
            connection_.expire_after(shared.bounds.body_timeout);
        }
    }
    connection_.expire_never();
    if (file) {
        const status stored = co_await file->finish();
        if (!stored)
            co_return stored.error();
        request_.body_file = file->take();
    }
    co_return done{};
}

asio::awaitable<response> session::handle() {
    std::string trouble = "threw";
    try {
        co_return co_await route_->handle(request_);
    } catch (const std::exception& error) {
        trouble += ": ";
        trouble += error.what();
    } catch (...) {
        trouble += " something that is no exception";
    }
    scope_.shared.report("the handler of " + std::string{to_string(route_->verb)} + ' ' +
                         std::string{route_->pattern} + ' ' + trouble);
    co_return problem_response(errc::internal, request_.request_id);
}

std::optional<failure> session::too_many_requests() const {
    const auto& from = request_.remote_address.empty() ? peer_ : request_.remote_address;
    auto attempt = scope_.shared.by_address.take(customer_network(from), scope_.shared.time.now());
    if (attempt.allowed)
        return std::nullopt;
    scope_.shared.refused("rate_limited");
    return limited(*std::move(attempt.rate));
}

bool session::overloaded() {
    const auto& shared = scope_.shared;
    if (route_->vital || is_safe(request_.verb))
        return false;
    const bool full = shared.options.overloaded && shared.options.overloaded();
    if (!full && scope_.lag.lag() <= shared.options.queueing_limit)
        return false;
    shared.refused(to_string(errc::overloaded));
    shed_ = true;
    return true;
}

response session::unrouted(const router::match& match) {
    if (match.allowed.empty())
        return decline(problem_response(errc::not_found, request_.request_id));
    auto options = scope_.shared.sharing.options(request_, match.allowed);
    if (request_.verb == method::options)
        return decline(std::move(options));
    auto answer = problem_response(errc::method_not_allowed, request_.request_id);
    answer.headers.insert(answer.headers.end(), options.headers.begin(), options.headers.end());
    return decline(std::move(answer));
}

/// An answer that does not wait for the body.
response session::decline(response answer) {
    sending_ = !body_.is_complete();
    keep_alive_ = keep_alive_ && !sending_;
    return answer;
}

/// A refusal after which nobody knows where the next request would begin.
response session::refuse(const failure& why) {
    keep_alive_ = false;
    sending_ = true;
    if (request_.request_id.empty())
        identify();
    if (!gone_)
        scope_.shared.refused(to_string(why.code));
    return problem_response(why, request_.request_id);
}

/// Why no more bytes came. A client that has not begun a request, or that went away, is told nothing.
failure session::lost() {
    gone_ = gone_ || idle_ || !connection_.expired();
    return errc::request_timeout;
}

} // namespace atelier::http
