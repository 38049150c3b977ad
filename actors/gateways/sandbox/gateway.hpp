#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/random.hpp"
#include "actors/domain/time.hpp"
#include "actors/gateways/sandbox/journal.hpp"
#include "actors/gateways/sandbox/notifier.hpp"
#include "actors/gateways/sandbox/terminal.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

namespace atelier::sandbox {

struct gateway_options {
    std::string secret;                       ///< the API secret: key of the signatures
    std::filesystem::path journal;            ///< remembers everything over a restart; "" = nothing does
    microseconds day = std::chrono::days{1};  ///< length of a day between charges of a subscription
    std::chrono::milliseconds minute{60'000}; ///< length of a minute of the schedule of repeats
    std::chrono::milliseconds shop_timeout{30'000}; ///< of one notification
    chaos odds;
    notifier_options notifications;

    gateway_options() = default;
};

/// What the payer does at 3-D Secure, for cards that ask for it.
enum class authentication : std::uint8_t {
    confirm,
    reject,
    ask, ///< the payment waits for `gateway::authenticate`
};

/// The machine's time, and how far the gateway is ahead of it. Thread-safe.
class shifted_clock final : public clock {
public:
    explicit shifted_clock(const clock& real) : real_{real} {}
    [[nodiscard]] instant now() const override { return real_.now() + offset(); }
    [[nodiscard]] microseconds offset() const { return microseconds{offset_.load()}; }
    void set_offset(microseconds offset) { offset_ = offset.count(); }

private:
    const clock& real_;
    std::atomic<std::int64_t> offset_ = 0;
};

/// How the notifications stand.
struct gateway_state {
    instant now;
    std::size_t waiting = 0;  ///< not accepted yet
    std::size_t accepted = 0; ///< since the start
    std::size_t repeated = 0; ///< tries that were not accepted and are repeated, since the start
    std::size_t refused = 0;  ///< given up, or copies that were not accepted, since the start
};

/// A local CloudPayments at work: the terminal, its memory, its notifications, and a thread that does what is
/// due. Each command is in the journal before it is answered. Thread-safe; a command may wait for the disk's
/// cache, never for the shop.
class gateway {
public:
    /// Called exactly once, without a lock, from any thread or within the call; must not throw. Failures:
    /// unavailable when the gateway was stopped before the payment was decided.
    using ended = std::function<void(outcome<transaction>)>;
    using answered = std::function<void(outcome<std::string>)>;
    /// Writes the reply of the API.
    using reply_writer = std::function<std::string(const outcome<transaction>&)>;

    /// Replays the journal. `time` and `random` must outlive the gateway. Errors: unavailable, for people.
    [[nodiscard]] static outcome<std::unique_ptr<gateway>> open(gateway_options options, const clock& time,
                                                                random_source& random);
    ~gateway(); ///< stops
    gateway(const gateway&) = delete;
    gateway& operator=(const gateway&) = delete;

    /// Starts the threads; notifications go to "{notify_url}/{kind}". Once.
    void start(const std::string& notify_url);
    /// Ends the threads, within about a second; what was not accepted yet waits in the journal. Not from a
    /// callback.
    void stop();

    /// Pays with a card: asks the shop with Check, which is never repeated, then tells it by Pay or Fail;
    /// `done` is called after the first delivery of that, accepted or not. Errors: validation_failed (`card`)
    /// for what is no card number; overloaded; unavailable after `stop`.
    [[nodiscard]] status pay(order what, std::string_view card_number, authentication holder, ended done);
    /// Ends a payment that waits at 3-D Secure. Errors: as of `terminal::authenticate`.
    void authenticate(std::int64_t id, bool passed, ended done);
    /// Charges a saved card. `write` makes the reply, which is kept under `request_id` unless that is "".
    /// Failures: idempotency_in_progress, unavailable, overloaded.
    void charge(token_order wanted, std::string request_id, reply_writer write, answered done);

    /// Any other command of the API; `work` writes the reply. With a request id that is not "", a command
    /// that changed something is carried out once: for an hour a repeat gets the same reply, without `work`.
    /// Errors: idempotency_in_progress.
    [[nodiscard]] outcome<std::string> command(const std::string& request_id,
                                               const std::function<std::string(terminal&, instant)>& work);

    /// Lets time pass, and does what is due by then. The new time.
    instant advance(microseconds by);
    [[nodiscard]] gateway_state state() const;

private:
    struct attempt {
        transaction opened;
        authentication holder = authentication::confirm;
        std::string request_id;
        reply_writer write; ///< null: no reply is kept
        ended done;
    };

    gateway(gateway_options options, const clock& time, random_source& random);

    void restore(const journal_entry& entry);
    void ask_shop(attempt next);
    void settle(const attempt& asked, const shop_reply& answer);
    [[nodiscard]] std::vector<delivery> commit(journal_entry entry = {});
    void write(const journal_entry& entry);
    void send(std::vector<delivery> deliveries, notifier::tried first = {});
    void do_what_is_due();
    [[nodiscard]] std::optional<outcome<std::string>> find_reply(const std::string& request_id);

    const gateway_options options_;
    shifted_clock clock_;
    schedule repeats_;

    mutable std::mutex mutex_; ///< guards all below but the notifier
    std::condition_variable due_changed_;
    terminal terminal_;
    std::optional<journal> journal_;
    std::map<std::int64_t, delivery> open_deliveries_; ///< of the journal, until `start`
    std::int64_t next_delivery_ = 1;
    std::map<std::string, kept_reply> replies_;
    std::set<std::string> under_way_; ///< request ids of charges that are not settled yet
    std::size_t accepted_ = 0;
    std::size_t repeated_ = 0;
    std::size_t refused_ = 0;
    bool stopped_ = false;
    notifier notifier_;
    std::thread due_;
};

} // namespace atelier::sandbox
