#include "http/server.hpp"

#include "http/io_thread.hpp"
#include "http/listener.hpp"

#include <algorithm>

namespace atelier::http {
namespace {

/// For sessions to notice that their connection was broken.
constexpr std::chrono::milliseconds abort_grace{1000};

} // namespace

outcome<std::unique_ptr<server>> server::open(server_options options, router routes, file_pool& files,
                                              const clock& time, random_source& random, server_hooks hooks) {
    const auto inherited = options.inherited;
    std::unique_ptr<server> opened{
        new server{std::move(options), std::move(routes), files, time, random, std::move(hooks)}};
    if (const auto listening = inherited ? opened->take_over(*inherited) : opened->listen(); !listening)
        return listening.error();
    return opened;
}

server::server(server_options options, router routes, file_pool& files, const clock& time,
               random_source& random, server_hooks hooks)
    : context_{std::make_unique<server_context>(std::move(options), std::move(routes), files, time, random,
                                                std::move(hooks))} {
    for (std::size_t i = 0; i < context_->options.threads; ++i)
        threads_.push_back(std::make_unique<io_thread>(*context_));
}

server::~server() {
    stop(std::chrono::milliseconds{0});
    context_->files.wait_idle(); // it resumes coroutines that the threads' contexts own
}

status server::take_over(int listening) {
    for (auto& thread : threads_) {
        auto acceptor = adopt(thread->context(), listening);
        if (!acceptor)
            return acceptor.error();
        port_ = acceptor->local_endpoint().port();
        thread->listen_with(std::move(*acceptor));
    }
    return done{};
}

status server::listen() {
    auto where = listening_endpoint(context_->options.address, context_->options.port);
    if (!where)
        return where.error();
    if (const auto available = check_free(*where); !available)
        return available.error();
    for (auto& thread : threads_) {
        auto acceptor = http::listen(thread->context(), *where);
        if (!acceptor)
            return acceptor.error();
        where->port(acceptor->local_endpoint().port());
        thread->listen_with(std::move(*acceptor));
    }
    port_ = where->port();
    return done{};
}

void server::start() {
    running_ = threads_.size();
    for (auto& thread : threads_) {
        thread->start([this] {
            const std::lock_guard lock{mutex_};
            --running_;
            ended_.notify_all();
        });
    }
}

void server::stop(std::chrono::milliseconds drain) {
    for (auto& thread : threads_)
        thread->drain();
    if (!wait_until_ended(drain)) {
        for (auto& thread : threads_)
            thread->abort();
        if (!wait_until_ended(abort_grace))
            for (auto& thread : threads_)
                thread->halt();
    }
    for (auto& thread : threads_)
        thread->join();
}

bool server::wait_until_ended(std::chrono::milliseconds timeout) {
    std::unique_lock lock{mutex_};
    return ended_.wait_for(lock, timeout, [this] { return running_ == 0; });
}

std::size_t server::connections() const {
    return context_->gate.open();
}

std::uint64_t server::refused_connections() const {
    return context_->gate.refused();
}

std::chrono::steady_clock::duration server::lag() const {
    std::chrono::steady_clock::duration worst{0};
    for (const auto& thread : threads_)
        worst = std::max(worst, thread->lag());
    return worst;
}

boost::asio::any_io_executor server::executor(std::size_t thread) const {
    return threads_.at(thread)->context().get_executor();
}

} // namespace atelier::http
