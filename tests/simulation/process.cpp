#include "tests/simulation/process.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace atelier::test {
namespace {

using namespace std::chrono_literals;

std::string no_checkout(const payment_record&) {
    return "{}";
}

void nobody_paid(const std::string&, const payment_context::answer& answer) {
    answer(std::optional<deliver_notification>{});
}

/// Takes care of nothing: generations are ended by the simulation.
generations_actor::behavior_type idle_generations(generations_actor::pointer) {
    return {
        [](start_generation) {},
        [](cancel_generation) { return outcome<generation_record>{errc::internal}; },
        [](list_children) { return children_report{}; },
        [](tick) {},
    };
}

} // namespace

process::process(simulation_runtime& runtime, database& tables, id_source& ids, gateway_client& gateway,
                 const settings& how, committer_model::tracer trace)
    : runtime_{runtime}, how_{how}, reader_{tables, trace}, context_{context(ids)},
      payment_context_{runtime.time, roster_, runtime.meters, {true}, nobody_paid},
      subscription_context_{context(ids, gateway)} {
    auto& system = runtime.system;
    roster_.set(born(reader_.spawn(system)));
    roster_.set(born(generations_actor{system.spawn(idle_generations)}));
    roster_.set_writer_count(how.writers);
    for (std::size_t i = 0; i < how.writers; ++i) {
        parts_.push_back(std::make_unique<writer_parts>(tables, "writer " + std::to_string(i), how,
                                                        runtime.meters, trace));
        restart_writer(i);
    }
    constexpr std::size_t many = 1'000'000;
    const directory_options family{runtime.time, runtime.meters, idle_timeout, many, 1h};
    wallets_ = born(wallets_actor{system.spawn(wallets_behavior, &context_, family, false)});
    payments_ = born(payments_actor{system.spawn(payments_behavior, &payment_context_, family)});
    subscriptions_ =
        born(subscriptions_actor{system.spawn(subscriptions_behavior, &subscription_context_, family)});
    roster_.set(wallets_);
    roster_.set(payments_);
    roster_.set(subscriptions_);
}

wallet_context process::context(id_source& ids) const {
    return {
        .time = runtime_.time,
        .ids = ids,
        .actors = roster_,
        .meters = runtime_.meters,
        .reopen_grace = reopen_grace,
        .idempotency_lifetime = 24h * 365,
        .in_flight_limit = how_.in_flight_limit,
        .checkout = no_checkout,
        .freshness = how_.looks_often ? -1us : microseconds{5s},
    };
}

subscription_context process::context(id_source& ids, gateway_client& gateway) const {
    return {
        .time = runtime_.time,
        .ids = ids,
        .actors = roster_,
        .meters = runtime_.meters,
        .gateway = gateway,
        .rules = {{true}, subscription_grace},
        .order_lifetime = 1h,
        .idempotency_lifetime = 24h * 365,
        .checkout = [](const subscription_checkout&) { return std::string{"{}"}; },
        .jitter = [] { return 0.5; },
    };
}

process::~process() {
    dice any{0};
    (void)kill(any, 0);
}

void process::end(const caf::actor_addr& who) {
    caf::anon_send_exit(who, caf::exit_reason::kill);
}

std::vector<change_set> process::kill(dice& chance, stamp now) {
    if (std::exchange(dead_, true))
        return {};
    std::vector<change_set> left;
    for (const auto& part : parts_) {
        for (auto& set : part->store.cut_off(chance, now))
            left.push_back(std::move(set));
    }
    for (const auto& link : links_)
        link->cut_off();
    reader_.cut_off();
    for (const auto& [user, wallet] : reader_.wallets)
        end(wallet);
    for (const auto& who : mortal_)
        end(who);
    wallets_ = wallets_actor{};
    payments_ = payments_actor{};
    subscriptions_ = subscriptions_actor{};
    runtime_.settle();
    roster_.clear();
    // What came back to them while they died.
    for (const auto& link : links_)
        link->cut_off();
    reader_.cut_off();
    return left;
}

bool process::crash_wallet(user_id user) {
    const auto known = reader_.wallets.find(user);
    if (known == reader_.wallets.end())
        return false;
    caf::anon_send_exit(known->second, caf::exit_reason::unhandled_exception);
    reader_.wallets.erase(known);
    return true;
}

void process::crash_writer(std::size_t index) {
    auto& part = *parts_[index];
    part.down = true;
    caf::anon_send_exit(part.writer, caf::exit_reason::unhandled_exception);
}

void process::restart_writer(std::size_t index) {
    auto& part = *parts_[index];
    part.down = false;
    part.writer = born(writer_actor{runtime_.system.spawn(writer_behavior, &part.context)});
    links_.push_back(std::make_unique<writer_link>(
        part.writer, link_bugs{how_.answers_early, how_.forgets_lives, how_.skips_barrier}));
    roster_.set_writer(index, born(links_.back()->spawn(runtime_.system)));
}

} // namespace atelier::test
