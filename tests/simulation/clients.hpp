#pragma once

#include "tests/simulation/world.hpp"

#include <deque>

namespace atelier::test {

/// Everybody who asks something of wallets: clients with and without keys, the gateway, the generations, the
/// sweeper. They repeat what they got no answer to, as each of them does, and check every answer when it
/// comes.
class clients {
public:
    explicit clients(world& w) : world_{w} {}

    /// Somebody begins something new.
    void begin();
    [[nodiscard]] std::size_t begun() const { return commands_.size(); }
    /// Whether somebody would try again.
    [[nodiscard]] bool unfinished() const;
    /// Somebody who was not answered tries again.
    void retry();
    /// Somebody stops waiting for an answer that may still come.
    void lose_patience();
    /// The service has died: nobody who waits will be answered.
    void disconnected();
    /// Whether somebody waits for an answer.
    [[nodiscard]] bool waiting() const;

    /// At the end: what they were told, against the tables.
    void audit();

    std::size_t accepted = 0;

private:
    enum class kind : std::uint8_t { spend, order, grant, credit, refund, advance, expire, read };
    struct command {
        int number = 0;
        kind what{};
        user_id user;
        tokens cost = 0;
        std::string key;
        generation_change generation;
        std::vector<spend_part> parts;
        payment_id payment;
        int attempts = 0;
        int patience = 0;  ///< attempts left
        stamp invoked = 0; ///< the first attempt
        stamp asked = 0;   ///< the last one
        bool waiting = false;
        bool over = false;
        bool in_doubt = false; ///< some attempt got no answer
        bool accepted = false;
    };

    void send(command& c);
    template <class Message>
    void send_to_wallet(command& c, Message message);
    [[nodiscard]] spend_tokens to_spend(const command& c) const;
    [[nodiscard]] order_package to_order(const command& c) const;
    [[nodiscard]] grant_tokens to_grant(const command& c) const;
    [[nodiscard]] credit_payment to_credit(const command& c) const;
    void send_read(command& c);
    void send_advance(command& c);
    bool choose_generation(command& c);
    bool choose_payment(command& c);
    /// Whether an answer to that attempt is still waited for; ends the waiting.
    bool awaited(command& c, int attempt);

    void answered(command& c, outcome<receipt>* reply);
    void accept(command& c, const receipt& r);
    void accept_spend(const command& c, const receipt& r, history_call& call);
    void accept_grant(const command& c, const receipt& r, history_call& call);
    void accept_order(const command& c, const receipt& r);
    void compare_with_stored(const command& c, const receipt& r);
    void refused(command& c, const failure& why);
    void refused_spend(command& c);
    void no_answer(command& c);
    void finish(command& c) { c.over = true; }
    [[nodiscard]] std::size_t effects(const command& c) const;
    [[nodiscard]] bool stale(const command& c) const;
    [[nodiscard]] history_call call_of(const command& c, history_call::kind result) const;
    static std::string name(const command& c);

    /// Grants are told apart by their package.
    static constexpr std::int64_t first_grant = 1000;

    world& world_;
    std::deque<command> commands_; ///< by number, from 1
    std::map<user_id, std::vector<history_call>> calls_;
};

} // namespace atelier::test
