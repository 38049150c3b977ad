#pragma once

#include "actors/payments.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/subscriptions.hpp"
#include "actors/wallets.hpp"
#include "actors/writer.hpp"
#include "tests/simulation/committer_model.hpp"
#include "tests/simulation/reader_model.hpp"
#include "tests/simulation/writer_link.hpp"
#include "tests/support/deterministic.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace atelier::test {

/// Where simulations run, one after the other: an actor system whose jobs the simulation schedules.
struct simulation_runtime : deterministic {
    simulation_runtime() : scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())} {}

    caf::scheduler::test_coordinator& scheduler;
};

/// One life of the service's process: the real directory, wallets and writers, beside models of what
/// surrounds them. All of it dies together.
class process {
public:
    struct settings {
        std::size_t writers = 1;
        std::size_t in_flight_limit = 8;
        std::size_t batch_limit = 8;
        std::size_t backlog_limit = 16;
        committer_bugs bugs;
        bool answers_early = false;
        bool forgets_lives = false;
        bool skips_barrier = false;
        bool looks_often = false; ///< nothing that was read is good for a second answer
    };
    static constexpr microseconds reopen_grace = std::chrono::hours{24};
    static constexpr microseconds idle_timeout = std::chrono::seconds{2};

    /// How long tokens of a subscription outlive their period.
    static constexpr microseconds subscription_grace = std::chrono::hours{24 * 3};

    process(simulation_runtime& runtime, database& tables, id_source& ids, gateway_client& gateway,
            const settings& how, committer_model::tracer trace);
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    ~process();

    /// kill -9: whatever is under way inside is lost. Gives what may still be committed when the committers
    /// leave no fence.
    std::vector<change_set> kill(dice& chance, stamp now);

    /// The wallet of that user ends as if a handler had thrown; false when there is none.
    bool crash_wallet(user_id user);
    void crash_writer(std::size_t index);
    void restart_writer(std::size_t index);

    /// Whether that writer is down.
    [[nodiscard]] bool writer_down(std::size_t index) const { return parts_[index]->down; }
    [[nodiscard]] committer_model& committer(std::size_t index) { return parts_[index]->store; }
    /// Every way to a writer that there has been.
    [[nodiscard]] std::vector<std::unique_ptr<writer_link>>& links() { return links_; }
    [[nodiscard]] std::size_t writers() const { return parts_.size(); }
    [[nodiscard]] reader_model& reader() { return reader_; }
    [[nodiscard]] const wallets_actor& wallets() const { return wallets_; }
    [[nodiscard]] const payments_actor& payments() const { return payments_; }
    [[nodiscard]] const subscriptions_actor& subscriptions() const { return subscriptions_; }
    /// Where change sets of that user go.
    [[nodiscard]] writer_actor writer_of(user_id user) const { return roster_.writer_of(user); }
    /// Where its actors find each other.
    [[nodiscard]] roster& actors() { return roster_; }
    /// Ends that actor with this process.
    template <class Handle>
    Handle born(Handle handle) {
        mortal_.push_back(caf::actor_cast<caf::actor_addr>(handle));
        return handle;
    }

    /// Sends a request; `answered` gets the reply, or nothing when the receiver is gone, unless this process
    /// dies before.
    template <class Reply, class Handle, class Command>
    void request(const Handle& receiver, Command command, std::function<void(Reply*)> answered) {
        const auto asker = runtime_.system.spawn<caf::hidden>(
            [receiver, command = std::move(command), answered](caf::event_based_actor* self) mutable {
                self->request(receiver, caf::infinite, std::move(command))
                    .then([answered](Reply& reply) { answered(&reply); },
                          [answered](const caf::error&) { answered(nullptr); });
            });
        mortal_.push_back(caf::actor_cast<caf::actor_addr>(asker));
    }

private:
    struct writer_parts {
        writer_parts(database& tables, std::string name, const settings& how, metrics& meters,
                     const committer_model::tracer& trace)
            : store{tables, std::move(name), how.bugs, trace}, context{store, meters, how.batch_limit,
                                                                       how.backlog_limit} {}

        committer_model store;
        writer_context context;
        writer_actor writer;
        bool down = false;
    };

    [[nodiscard]] wallet_context context(id_source& ids) const;
    [[nodiscard]] subscription_context context(id_source& ids, gateway_client& gateway) const;
    void end(const caf::actor_addr& who);

    simulation_runtime& runtime_;
    settings how_;
    std::vector<std::unique_ptr<writer_parts>> parts_;
    std::vector<std::unique_ptr<writer_link>> links_;
    reader_model reader_;
    roster roster_;
    wallet_context context_;
    payment_context payment_context_;
    subscription_context subscription_context_;
    std::vector<caf::actor_addr> mortal_;
    wallets_actor wallets_;
    payments_actor payments_;
    subscriptions_actor subscriptions_;
    bool dead_ = false;
};

} // namespace atelier::test
