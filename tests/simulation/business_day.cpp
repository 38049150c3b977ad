#include "tests/simulation/business_day.hpp"

#include "tests/simulation/business_day_stories.hpp"
#include "tests/simulation/other_program.hpp"
#include "tests/support/sequence_ids.hpp"

#include <deque>
#include <optional>
#include <ostream>
#include <utility>

namespace atelier::test {
namespace {

class business_day {
public:
    business_day(simulation_runtime& runtime, std::uint64_t seed, const day_faults& faults,
                 std::ostream* trace)
        : runtime_{runtime}, faults_{faults}, chance_{seed + 1'000'000'007}, trace_{trace} {
        settings_.writers = 2;
        settings_.batch_limit = 4;
        dice story{seed};
        for (auto& command : tell_payments(story, tables_))
            add(std::move(command));
        for (auto& command : tell_subscriptions(story, tables_, ids_, gateway_, now()))
            add(std::move(command));
        if (faults.disorder)
            shuffle();
        restart();
    }

    day_report run() {
        constexpr std::size_t enough = 200'000;
        for (std::size_t steps = 0; steps < enough && !over(); ++steps)
            step();
        if (!over())
            report_.complaints.emplace_back("the day does not end");
        service_.reset();
        for (const auto& what : audit(tables_))
            report_.complaints.push_back(what);
        for (const auto& what : tables_.complaints)
            report_.complaints.push_back(what);
        // A wallet may not know yet of a lot that another program has credited, and then does not let it live
        // longer when its period moves.
        if (!other_.has_credited())
            for (const auto& what : audit_subscription_lots(tables_, !faults_.disorder))
                report_.complaints.push_back(what);
        for (const auto& invoice : gateway_.charged_twice())
            report_.complaints.push_back("the card is charged twice for " + invoice);
        runtime_.scheduler.trigger_timeouts();
        runtime_.settle();
        report_.end = end();
        return std::move(report_);
    }

private:
    /// A notification on its way; repeated until it is accepted.
    struct delivery {
        deliver_notification what;
        bool under_way = false;
        bool accepted = false;
    };

    void note(const std::string& what) const {
        if (trace_ != nullptr)
            *trace_ << what << '\n' << std::flush;
    }

    void add(deliver_notification command) {
        delivery next;
        next.what = std::move(command);
        deliveries_.push_back(std::move(next));
    }

    void shuffle() {
        for (auto left = deliveries_.size(); left > 0; --left)
            for (int copies = chance_.between(0, 2); copies > 0; --copies)
                deliveries_.push_back(deliveries_[left - 1]);
        for (std::size_t i = 1; i < deliveries_.size(); ++i)
            std::swap(deliveries_[i], deliveries_[chance_.below(i + 1)]);
    }

    // -- the day --------------------------------------------------------------------------------------------

    void restart() {
        service_.emplace(runtime_, tables_, ids_, gateway_, settings_,
                         [this](const std::string& what) { note(what); });
    }

    [[nodiscard]] bool busy() {
        if (runtime_.scheduler.has_job() || service_->reader().busy())
            return true;
        for (std::size_t i = 0; i < service_->writers(); ++i)
            if (service_->committer(i).busy())
                return true;
        return std::ranges::any_of(service_->links(), [](const auto& link) { return link->busy(); });
    }

    [[nodiscard]] bool over() {
        return !busy() && std::ranges::all_of(deliveries_, &delivery::accepted) &&
               tables_.invoices_with_refunds().empty() && tables_.subscribers_to_attend(now()).empty();
    }

    void step() {
        if (faults_.crashes && deaths_left_ > 0 && chance_.chance(1))
            return die();
        // In order: the next one only when nothing goes on any more.
        if (faults_.disorder ? chance_.chance(10) : !busy())
            return chance_.chance(90) ? deliver() : sweep();
        if (runtime_.scheduler.has_job() && chance_.chance(70)) {
            auto& jobs = runtime_.scheduler.jobs;
            std::swap(jobs[0], jobs[chance_.below(jobs.size())]);
            runtime_.step();
            return;
        }
        if (service_->reader().busy() && chance_.chance(50))
            return service_->reader().step(chance_, failures(), runtime_.time.now());
        for (const auto& link : service_->links())
            if (link->busy() && chance_.chance(50))
                return link->step(chance_);
        for (std::size_t i = 0; i < service_->writers(); ++i)
            if (service_->committer(i).busy() && chance_.chance(50))
                return service_->committer(i).step(chance_, {failures(), 2 * failures()}, ++now_);
    }

    [[nodiscard]] instant now() const { return runtime_.time.now(); }
    [[nodiscard]] int failures() const { return faults_.crashes && deaths_left_ > 0 ? 10 : 0; }

    void die() {
        --deaths_left_;
        ++report_.deaths;
        note("the process is killed");
        (void)service_->kill(chance_, ++now_);
        for (auto& d : deliveries_)
            d.under_way = false;
        restart();
    }

    void deliver() {
        for (std::size_t i = 0; i < deliveries_.size(); ++i) {
            auto& next = deliveries_[i];
            if (next.accepted || next.under_way || (faults_.disorder && chance_.chance(50)))
                continue;
            ++report_.deliveries;
            if (faults_.disorder && chance_.chance(5) && heard_elsewhere(next.what)) {
                next.accepted = true;
                return;
            }
            next.under_way = true;
            note("the gateway tells " + next.what.what.business_key);
            service_->request<outcome<notification_reply>>(
                service_->payments(), next.what, [&next](outcome<notification_reply>* reply) {
                    next.under_way = false;
                    next.accepted = next.accepted || (reply != nullptr && reply->has_value());
                });
            return;
        }
        if (std::ranges::all_of(deliveries_, &delivery::accepted))
            sweep();
    }

    /// Another program takes a notification about a subscription: what is in memory here is out of date.
    bool heard_elsewhere(const deliver_notification& news) {
        const auto& said = news.what;
        if (!subscriber_of(said, said.invoice_id, said.subscription_id))
            return false;
        note("another program hears " + said.business_key);
        other_.hear(said, now(), ++now_);
        return true;
    }

    void sweep() {
        for (const auto& invoice : tables_.invoices_with_refunds()) {
            note("the sweeper finds refunds of " + invoice);
            caf::anon_send(service_->payments(), settle_refunds{invoice});
        }
        for (const auto user : tables_.subscribers_to_attend(now())) {
            note("the sweeper attends to the subscription of user " + std::to_string(user.value));
            caf::anon_send(service_->subscriptions(), attend_subscription{user});
        }
    }

    // -- the end --------------------------------------------------------------------------------------------

    [[nodiscard]] std::string end() const {
        return describe_payments(tables_) + describe_subscriptions(tables_, gateway_);
    }

    simulation_runtime& runtime_;
    day_faults faults_;
    dice chance_;
    std::ostream* trace_;
    process::settings settings_;
    database tables_;
    sequence_ids ids_;
    gateway_model gateway_{runtime_.time};
    other_program other_{tables_, ids_};
    std::deque<delivery> deliveries_;
    std::optional<process> service_;
    int deaths_left_ = 4;
    stamp now_ = 0;
    day_report report_;
};

} // namespace

day_report play_day(simulation_runtime& runtime, std::uint64_t seed, const day_faults& faults,
                    std::ostream* trace) {
    return business_day{runtime, seed, faults, trace}.run();
}

} // namespace atelier::test
