#include "http/backend_parts.hpp"
#include "persistence/queries/generations.hpp"

#include <string>
#include <utility>

/// The service's part about events.
namespace atelier::http {
namespace {

/// So many unfinished generations stand in a snapshot; the list of generations has all.
constexpr std::int32_t unfinished_max = 100;

/// A listener that counts as an open stream as long as it lives.
class open_stream {
public:
    open_stream(connection_gate::ticket ticket, event_hub::subscription subscription,
                prometheus::Gauge& streams)
        : ticket_{std::move(ticket)}, subscription_{std::move(subscription)}, streams_{streams} {
        streams_.Increment();
    }
    open_stream(const open_stream&) = delete;
    open_stream& operator=(const open_stream&) = delete;
    ~open_stream() { streams_.Decrement(); }

private:
    connection_gate::ticket ticket_;
    event_hub::subscription subscription_;
    prometheus::Gauge& streams_;
};

} // namespace

void backend_service::drain() {
    parts_->back.news.end();
}

std::shared_ptr<void> backend_service::listen(user_id user, generation_id generation,
                                              event_listener listener) {
    return std::make_shared<event_hub::subscription>(
        parts_->back.news.listen(user, generation, std::move(listener)));
}

outcome<event_feed> backend_service::follow(user_id user, generation_id generation,
                                            std::optional<std::uint64_t> after, event_listener listener) {
    auto& back = parts_->back;
    auto ticket = parts_->streams.enter(std::to_string(user.value));
    if (!ticket) {
        back.meters.event_stream_start("refused");
        if (parts_->streams.open() >= back.options.config.events.streams)
            return failure{errc::overloaded, "Too many streams of events are open."};
        return failure{errc::rate_limited, "Too many of your streams of events are open."};
    }
    auto [subscription, before] = back.news.follow(user, generation, after, std::move(listener));
    back.meters.event_stream_start(before.missed ? "resumed" : "snapshot");
    event_feed feed;
    feed.subscription =
        std::make_shared<open_stream>(std::move(*ticket), std::move(subscription), back.meters.event_streams);
    feed.before = std::move(before);
    return feed;
}

reply<user_snapshot> backend_service::snapshot(user_id user) {
    auto& back = parts_->back;
    auto query = [user](pg::connection& database) {
        return queries::list_open_generations(database, user, unfinished_max);
    };
    auto open = co_await read<page<generation_record>>(back.reads, query);
    if (!open)
        co_return open.error();
    const read_wallet question{user, false};
    const auto wallet = co_await parts_->ask.ask<wallet_view>(back.actors.get<wallets_actor>(), question);
    if (!wallet)
        co_return wallet.error();
    user_snapshot now;
    now.balance = wallet->balance;
    now.more = open->next != 0;
    now.unfinished = std::move(open->data);
    co_return now;
}

} // namespace atelier::http
