// Spends tokens over HTTP at a given rate, whether the service keeps up or not: orders come at random moments
// that do not wait for answers (Poisson arrivals), and their time counts from the moment at which they were
// due.

#include "bench/arguments.hpp"
#include "bench/percentile.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/completion_condition.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <deque>
#include <exception>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using steady = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

struct order {
    steady::time_point due;
    std::string text;
};

struct plan {
    tcp::endpoint service;
    std::size_t connections = 0;
    double rate = 0;
    std::chrono::duration<double> warm_up{};
    std::chrono::duration<double> measured{};
    long users = 1;
    long styles = 1;
};

/// What came of the orders that were due in the measured time.
struct tally {
    std::vector<double> accepted; ///< milliseconds
    std::vector<double> refused;
    std::size_t other = 0;  ///< answers that should not be
    std::size_t unsent = 0; ///< that found no free connection before the end
};

class crowd;

/// One connection, one order at a time.
class client : public std::enable_shared_from_this<client> {
public:
    client(crowd& all, asio::io_context& loop) : all_{all}, socket_{loop} {}
    void connect(const tcp::endpoint& where) {
        socket_.connect(where);
        socket_.set_option(tcp::no_delay{true});
    }
    void send(order next) {
        now_ = std::move(next);
        asio::async_write(socket_, asio::buffer(now_.text),
                          [self = shared_from_this()](error_code error, std::size_t) {
                              if (error)
                                  self->broken(error);
                              else
                                  self->receive();
                          });
    }

private:
    void receive() {
        asio::async_read_until(socket_, asio::dynamic_buffer(received_), "\r\n\r\n",
                               [self = shared_from_this()](error_code error, std::size_t size) {
                                   if (error)
                                       self->broken(error);
                                   else
                                       self->receive_body(size);
                               });
    }
    void receive_body(std::size_t head) {
        constexpr std::string_view field = "Content-Length: ";
        std::size_t length = 0;
        if (const auto at = received_.find(field); at < head)
            std::from_chars(received_.data() + at + field.size(), received_.data() + head, length);
        const auto missing = head + length - std::min(head + length, received_.size());
        asio::async_read(socket_, asio::dynamic_buffer(received_), asio::transfer_exactly(missing),
                         [self = shared_from_this(), whole = head + length](error_code error, std::size_t) {
                             if (error)
                                 self->broken(error);
                             else
                                 self->answered(whole);
                         });
    }
    void answered(std::size_t whole);
    void broken(error_code error);

    crowd& all_;
    tcp::socket socket_;
    std::string received_;
    order now_;
};

class crowd {
public:
    explicit crowd(plan p) : plan_{p} {}

    tally run() {
        for (std::size_t i = 0; i < plan_.connections; ++i) {
            free_.push_back(std::make_shared<client>(*this, loop_));
            free_.back()->connect(plan_.service);
        }
        begun_ = steady::now() + std::chrono::duration_cast<steady::duration>(plan_.warm_up);
        ended_ = begun_ + std::chrono::duration_cast<steady::duration>(plan_.measured);
        next_due_ = steady::now();
        come();
        loop_.run_until(ended_ + std::chrono::seconds{10}); // who waits longer has given up
        tally_.unsent += waiting_.size();
        return std::move(tally_);
    }
    void answered(std::shared_ptr<client> who, const order& done, int status) {
        --under_way_;
        if (done.due >= begun_ && done.due < ended_) {
            const double took = milliseconds{steady::now() - done.due}.count();
            if (status == 202)
                tally_.accepted.push_back(took);
            else if (status == 503)
                tally_.refused.push_back(took);
            else
                ++tally_.other;
        }
        free_.push_back(std::move(who));
        send_waiting();
        end_if_done();
    }
    void broken(error_code error) {
        std::fprintf(stderr, "a connection broke: %s\n", error.message().c_str());
        --under_way_;
        ++tally_.other;
        end_if_done();
    }

private:
    /// Sends all that is due, then sleeps until the next.
    void come() {
        const auto now = steady::now();
        while (next_due_ <= now && next_due_ < ended_) {
            waiting_.push_back({next_due_, write_order()});
            next_due_ += std::chrono::duration_cast<steady::duration>(
                std::chrono::duration<double>{pause_(random_) / plan_.rate});
        }
        send_waiting();
        if (next_due_ >= ended_) {
            end_if_done();
            return;
        }
        timer_.expires_at(next_due_);
        timer_.async_wait([this](error_code) { come(); });
    }
    void send_waiting() {
        while (!waiting_.empty() && !free_.empty()) {
            auto who = std::move(free_.back());
            free_.pop_back();
            ++under_way_;
            who->send(std::move(waiting_.front()));
            waiting_.pop_front();
        }
    }
    void end_if_done() {
        if (next_due_ >= ended_ && waiting_.empty() && under_way_ == 0)
            loop_.stop();
    }
    std::string write_order() {
        const auto user = std::uniform_int_distribution<long>{1, plan_.users}(random_);
        const auto body =
            fmt::format(R"({{"input_image_id":{},"style_id":{}}})", user, 1 + user % plan_.styles);
        return fmt::format(
            "POST /v1/generations HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer atl_{:043}\r\n"
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
            user, body.size(), body);
    }

    const plan plan_;
    asio::io_context loop_{1};
    asio::steady_timer timer_{loop_};
    std::vector<std::shared_ptr<client>> free_;
    std::deque<order> waiting_;
    std::size_t under_way_ = 0;
    steady::time_point begun_;
    steady::time_point ended_;
    steady::time_point next_due_;
    std::mt19937_64 random_{1};
    std::exponential_distribution<double> pause_{1};
    tally tally_;
};

void client::answered(std::size_t whole) {
    int status = 0;
    constexpr std::size_t status_at = 9; // behind "HTTP/1.1 "
    if (received_.size() > status_at + 3)
        std::from_chars(received_.data() + status_at, received_.data() + status_at + 3, status);
    received_.erase(0, whole);
    all_.answered(shared_from_this(), now_, status);
}

void client::broken(error_code error) {
    all_.broken(error);
}

int run(int count, const char* const* words) {
    const auto options = atelier::bench::arguments::parse(count - 1, words + 1);
    if (!options) {
        std::fprintf(stderr,
                     "usage: open_loop --port N --connections N --rate N --warm-up S --measure S --users N "
                     "--styles N\n");
        return 2;
    }
    plan p;
    p.service = {asio::ip::make_address("127.0.0.1"), options->number<unsigned short>("port", 0)};
    p.connections = options->number<std::size_t>("connections", 1);
    p.rate = options->number("rate", 1.0);
    p.warm_up = std::chrono::duration<double>{options->number("warm-up", 0.0)};
    p.measured = std::chrono::duration<double>{options->number("measure", 1.0)};
    p.users = options->number("users", 1L);
    p.styles = options->number("styles", 1L);
    auto result = crowd{p}.run();
    std::ranges::sort(result.accepted);
    std::ranges::sort(result.refused);
    const auto in_time = std::ranges::upper_bound(result.accepted, 1000.0) - result.accepted.begin();
    using atelier::bench::percentile;
    fmt::print(R"({{"accepted_per_second":{:.1f},"in_time_per_second":{:.1f},"refused_per_second":{:.1f},)"
               R"("other":{},"unsent":{},"p50_ms":{:.2f},"p99_ms":{:.2f},"refused_p99_ms":{:.2f}}})"
               "\n",
               static_cast<double>(result.accepted.size()) / p.measured.count(),
               static_cast<double>(in_time) / p.measured.count(),
               static_cast<double>(result.refused.size()) / p.measured.count(), result.other, result.unsent,
               percentile(result.accepted, 0.5), percentile(result.accepted, 0.99),
               percentile(result.refused, 0.99));
    return 0;
}

} // namespace

int main(int count, char** words) {
    try {
        return run(count, words);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}
