#include "tests/simulation/clients.hpp"

#include <utility>

namespace atelier::test {

using namespace std::chrono_literals;

// -- asking -------------------------------------------------------------------------------------------------

void clients::begin() {
    static constexpr std::array what{kind::spend,  kind::spend,  kind::spend,   kind::spend,  kind::spend,
                                     kind::order,  kind::grant,  kind::credit,  kind::credit, kind::refund,
                                     kind::refund, kind::refund, kind::advance, kind::expire, kind::read};
    auto& chance = world_.chance;
    command c;
    c.number = static_cast<int>(commands_.size()) + 1;
    c.what = chance.of(what);
    c.user = chance.of(world_.users);
    c.patience = 4;
    if (c.what == kind::spend)
        c.cost = chance.between(1, 6);
    if ((c.what == kind::spend || c.what == kind::order || c.what == kind::grant) && chance.chance(60))
        c.key = "k" + std::to_string(c.number);
    if ((c.what == kind::refund || c.what == kind::advance) && !choose_generation(c))
        return;
    if (c.what == kind::credit && !choose_payment(c))
        return;
    send(commands_.emplace_back(std::move(c)));
}

bool clients::choose_generation(command& c) {
    const auto& all = world_.tables.generations;
    if (all.empty())
        return false;
    const auto& [id, row] = world_.chance.of(all);
    if (is_final(row.status))
        return false;
    c.user = row.user;
    c.generation.id = id;
    c.generation.expected = row.status;
    c.parts = world_.tables.spends_of(id);
    if (c.what == kind::refund) {
        c.generation.status = generation_status::failed;
        c.generation.error = "canceled";
    } else if (row.status == generation_status::queued && world_.chance.chance(50)) {
        c.generation.status = generation_status::running;
    } else {
        c.generation.status = generation_status::succeeded;
        c.generation.output_image = image_id{id.value};
    }
    return true;
}

bool clients::choose_payment(command& c) {
    const auto& all = world_.tables.payments;
    if (all.empty())
        return false;
    const auto& [id, row] = world_.chance.of(all);
    c.user = row.user;
    c.payment = id;
    return true;
}

bool clients::unfinished() const {
    return std::ranges::any_of(commands_, [](const command& c) { return !c.over && !c.waiting; });
}

bool clients::waiting() const {
    return std::ranges::any_of(commands_, &command::waiting);
}

void clients::retry() {
    std::vector<command*> left;
    for (auto& c : commands_)
        if (!c.over && !c.waiting)
            left.push_back(&c);
    send(*world_.chance.of(left));
}

void clients::lose_patience() {
    std::vector<command*> all;
    for (auto& c : commands_)
        if (c.waiting)
            all.push_back(&c);
    if (!all.empty())
        no_answer(*world_.chance.of(all));
}

void clients::disconnected() {
    for (auto& c : commands_)
        if (c.waiting)
            no_answer(c);
}

void clients::send(command& c) {
    ++c.attempts;
    --c.patience;
    c.waiting = true;
    c.asked = world_.now;
    if (c.attempts == 1)
        c.invoked = world_.now;
    world_.note(name(c) + " asks");
    switch (c.what) {
    case kind::spend:
        return send_to_wallet(c, to_spend(c));
    case kind::order:
        return send_to_wallet(c, to_order(c));
    case kind::grant:
        return send_to_wallet(c, to_grant(c));
    case kind::credit:
        return send_to_wallet(c, to_credit(c));
    case kind::refund:
        return send_to_wallet(c, refund_generation{c.user, c.generation, c.parts});
    case kind::expire:
        return send_to_wallet(c, expire_lots{c.user});
    case kind::read:
        return send_read(c);
    case kind::advance:
        return send_advance(c);
    }
}

spend_tokens clients::to_spend(const command& c) const {
    spend_tokens m{c.user, image_id{1}, style_id{1}, c.cost};
    m.seed = c.number;
    m.parameters = "{}";
    m.time_limit = 10min;
    if (!c.key.empty())
        m.idempotency.emplace(c.key, "fingerprint");
    return m;
}

order_package clients::to_order(const command& c) const {
    token_package_record package;
    package.id = token_package_id{1};
    package.tokens_amount = c.number;
    package.price_cents = c.number;
    order_package m{c.user, package};
    m.currency = "RUB";
    m.lifetime = 1h;
    if (!c.key.empty())
        m.idempotency.emplace(c.key, "fingerprint");
    return m;
}

grant_tokens clients::to_grant(const command& c) const {
    grant_tokens m{c.user, token_package_id{first_grant + c.number}, c.number % 7 + 1, 20h};
    if (!c.key.empty())
        m.idempotency.emplace(c.key, "fingerprint");
    return m;
}

credit_payment clients::to_credit(const command& c) const {
    const auto& row = world_.tables.payments.at(c.payment);
    payment_record paid;
    paid.id = c.payment;
    paid.user = c.user;
    paid.package = token_package_id{1};
    paid.tokens_amount = static_cast<tokens>(row.amount_cents);
    paid.validity_days = 1;
    payment_change change;
    change.id = c.payment;
    change.status = payment_status::paid;
    change.cloudpayments_transaction_id = "t" + std::to_string(c.payment.value);
    notification_record notification;
    notification.business_key = "pay:" + change.cloudpayments_transaction_id;
    return {paid, change, notification};
}

template <class Message>
void clients::send_to_wallet(command& c, Message message) {
    world_.service->request<outcome<receipt>>(world_.service->wallets(), std::move(message),
                                              [this, &c, attempt = c.attempts](outcome<receipt>* reply) {
                                                  if (awaited(c, attempt))
                                                      answered(c, reply);
                                              });
}

void clients::send_read(command& c) {
    world_.service->request<outcome<wallet_view>>(
        world_.service->wallets(), read_wallet{c.user, false},
        [this, &c, attempt = c.attempts](outcome<wallet_view>* reply) {
            if (!awaited(c, attempt))
                return;
            c.over = true;
            if (reply == nullptr || !*reply)
                return world_.note(name(c) + " gets no balance");
            auto call = call_of(c, history_call::kind::read);
            call.balance = (*reply)->balance;
            call.at = (*reply)->at;
            world_.note(name(c) + " sees " + std::to_string(call.balance));
            calls_[c.user].push_back(call);
        });
}

void clients::send_advance(command& c) {
    change_set set{c.user, world_.runtime.time.now()};
    set.generation_changes.push_back(c.generation);
    world_.service->request<commit_verdict>(
        world_.service->writer_of(c.user), commit_changes{std::move(set)},
        [this, &c, attempt = c.attempts](commit_verdict* verdict) {
            if (!awaited(c, attempt))
                return;
            c.over = true;
            world_.note(name(c) + (verdict != nullptr && *verdict == commit_verdict::committed
                                       ? " is done"
                                       : " is not done"));
            const auto& row = world_.tables.generations.at(c.generation.id);
            if (verdict != nullptr && *verdict == commit_verdict::committed && !is_final(row.status) &&
                row.status != c.generation.status)
                world_.complain(name(c) + " was acknowledged and is not there");
        });
}

bool clients::awaited(command& c, int attempt) {
    return c.attempts == attempt && std::exchange(c.waiting, false);
}

} // namespace atelier::test
