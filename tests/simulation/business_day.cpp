#include "tests/simulation/business_day.hpp"

#include "tests/support/sequence_ids.hpp"

#include <deque>
#include <optional>
#include <ostream>
#include <utility>

namespace atelier::test {
namespace {

using kind = notification_kind;

class business_day {
public:
    business_day(simulation_runtime& runtime, std::uint64_t seed, const day_faults& faults,
                 std::ostream* trace)
        : runtime_{runtime}, faults_{faults}, story_{seed}, chance_{seed + 1'000'000'007}, trace_{trace} {
        settings_.writers = 2;
        settings_.batch_limit = 4;
        const auto orders = story_.between(1, 5);
        for (int number = 1; number <= orders; ++number)
            tell_story(number);
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

    // -- the story ------------------------------------------------------------------------------------------

    /// An order, and what becomes of it.
    void tell_story(int number) {
        database::payment order;
        order.user = user_id{story_.between(1, 2)};
        order.amount_cents = 100 * story_.between(1, 50);
        order.invoice = "inv-" + std::to_string(number);
        order.tokens_amount = story_.between(1, 40);
        tables_.payments[payment_id{number}] = order;
        const auto first = "T" + std::to_string(number) + "1";
        const auto second = "T" + std::to_string(number) + "2";
        switch (story_.between(0, 7)) {
        case 0:
            return tell(order, {{kind::check, first}, {kind::pay, first}});
        case 1:
            return tell(order, {{kind::check, first}, {kind::fail, first}, {kind::pay, second}});
        case 2:
            return tell(order, {{kind::check, first}, {kind::pay, first, true}, {kind::confirm, first}});
        case 3:
            return tell(order, {{kind::pay, first, true}, {kind::cancel, first}});
        case 4:
            tell(order, {{kind::pay, first}});
            return give_back(order, first, story_.between(1, 3), false);
        case 5:
            tell(order, {{kind::pay, first}});
            return give_back(order, first, story_.between(1, 3), true);
        case 6:
            tell(order, {{kind::pay, first, true}, {kind::confirm, first}});
            return give_back(order, first, 1, true);
        default:
            order.amount_cents += 1; // they say another sum than was ordered
            return tell(order, {{kind::pay, first}});
        }
    }

    struct news {
        kind what;
        std::string transaction;
        bool held = false;
    };

    void tell(const database::payment& order, const std::vector<news>& all) {
        for (const auto& [what, transaction, held] : all) {
            auto command = about(order, what, transaction);
            if (what == kind::pay)
                command.what.status = held ? transaction_status::authorized : transaction_status::completed;
            add(std::move(command));
        }
    }

    /// In so many parts; `all` of it or a part.
    void give_back(const database::payment& order, const std::string& of, int parts, bool all) {
        auto left = order.amount_cents - (all ? 0 : 1);
        for (int part = 1; part <= parts && left > 0; ++part) {
            const auto sum =
                part == parts ? left
                              : 1 + static_cast<std::int64_t>(story_.below(static_cast<std::size_t>(left)));
            left -= sum;
            auto command = about(order, kind::refund, of + "R" + std::to_string(part));
            command.what.payment_transaction_id = of;
            command.what.amount_cents = sum;
            if (story_.chance(30))
                command.what.invoice_id.clear();
            add(std::move(command));
        }
    }

    static deliver_notification about(const database::payment& order, kind what,
                                      const std::string& transaction) {
        deliver_notification command;
        auto& said = command.what;
        said.kind = what;
        said.transaction_id = transaction;
        said.business_key = std::string{to_string(what)} + ":" + transaction;
        said.invoice_id = order.invoice;
        said.account_id = std::to_string(order.user.value);
        said.amount_cents = order.amount_cents;
        said.currency = "RUB";
        said.test_mode = true;
        return command;
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
        service_.emplace(runtime_, tables_, ids_, settings_, [this](const std::string& what) { note(what); });
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
               tables_.invoices_with_refunds().empty();
    }

    void step() {
        if (faults_.crashes && deaths_left_ > 0 && chance_.chance(1))
            return die();
        // In order: the next one only when nothing goes on any more.
        if (faults_.disorder ? chance_.chance(10) : !busy())
            return deliver();
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
            next.under_way = true;
            ++report_.deliveries;
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

    void sweep() {
        for (const auto& invoice : tables_.invoices_with_refunds()) {
            note("the sweeper finds refunds of " + invoice);
            caf::anon_send(service_->payments(), settle_refunds{invoice});
        }
    }

    // -- the end --------------------------------------------------------------------------------------------

    [[nodiscard]] std::string end() const {
        std::string text;
        for (const auto& [id, row] : tables_.payments) {
            text += row.invoice + ' ' + std::string{to_string(row.status)} + ' ' + row.transaction + ' ' +
                    std::to_string(row.refunded_cents);
            if (const auto bought = tables_.payment_purchases.find(id);
                bought != tables_.payment_purchases.end())
                text += " lot " + std::to_string(tables_.lots.at(bought->second).remaining);
            text += '\n';
        }
        for (const auto& [id, row] : tables_.refunds)
            text += id + (row.applied ? " applied\n" : " waits\n");
        return text;
    }

    simulation_runtime& runtime_;
    day_faults faults_;
    dice story_;
    dice chance_;
    std::ostream* trace_;
    process::settings settings_;
    database tables_;
    sequence_ids ids_;
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
