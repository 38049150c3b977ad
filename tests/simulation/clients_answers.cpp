#include "tests/simulation/clients.hpp"

#include <utility>

namespace atelier::test {
namespace {

/// The number behind `"name":` in a JSON object.
std::int64_t number_in(const std::string& body, const std::string& name) {
    const auto at = body.find('"' + name + "\":");
    return at == std::string::npos ? 0 : std::stoll(body.substr(at + name.size() + 3));
}

} // namespace

void clients::answered(command& c, outcome<receipt>* reply) {
    if (reply == nullptr)
        return no_answer(c);
    if (!*reply)
        return refused(c, reply->error());
    accept(c, **reply);
}

void clients::no_answer(command& c) {
    c.waiting = false;
    c.in_doubt = true;
    const bool repeatable = c.what == kind::credit || c.what == kind::refund || !c.key.empty();
    c.over = !repeatable || c.patience <= 0;
    world_.note(name(c) + " gets no answer");
}

void clients::accept(command& c, const receipt& r) {
    c.over = true;
    c.accepted = true;
    ++accepted;
    world_.note(name(c) + " is told: " + std::to_string(r.amount) + ", balance " + std::to_string(r.balance) +
                ", row " + std::to_string(r.last.value) + (r.replayed ? ", again" : ""));
    auto call = call_of(c, history_call::kind::accepted);
    call.last = r.last;
    call.amount = r.amount;
    call.balance = r.balance;
    if (c.what == kind::spend)
        accept_spend(c, r, call);
    else if (c.what == kind::grant)
        accept_grant(c, r, call);
    else if (c.what == kind::order)
        return accept_order(c, r);
    else if (r.amount != 0 && !r.last)
        world_.complain(name(c) + " moved tokens and is not told its row");
    if (call.last)
        calls_[c.user].push_back(std::move(call));
}

void clients::accept_spend(const command& c, const receipt& r, history_call& call) {
    // What counts is what the client reads.
    call.last = transaction_id{number_in(r.body, "transaction_id")};
    call.amount = -c.cost;
    call.balance = static_cast<tokens>(number_in(r.body, "balance"));
    call.answer = r.body;
    const auto found = world_.tables.generations.find(generation_id{number_in(r.body, "id")});
    if (found == world_.tables.generations.end() || found->second.seed != c.number ||
        found->second.cost != c.cost)
        world_.complain(name(c) + " was acknowledged and is not there");
    compare_with_stored(c, r);
}

void clients::accept_grant(const command& c, const receipt& r, history_call& call) {
    call.last = transaction_id{number_in(r.body, "transaction_id")};
    call.amount = c.number % 7 + 1;
    call.balance = static_cast<tokens>(number_in(r.body, "balance"));
    call.answer = r.body;
    compare_with_stored(c, r);
}

void clients::compare_with_stored(const command& c, const receipt& r) {
    if (c.key.empty())
        return;
    const auto stored = world_.tables.idempotency.find({c.user, c.key});
    if (stored == world_.tables.idempotency.end() || stored->second.response_body != r.body)
        world_.complain(name(c) + " got another answer than the stored one");
}

void clients::accept_order(const command& c, const receipt& r) {
    const auto found = world_.tables.payments.find(payment_id{number_in(r.body, "id")});
    if (found == world_.tables.payments.end() || found->second.amount_cents != c.number)
        world_.complain(name(c) + " was acknowledged and is not there");
    compare_with_stored(c, r);
}

void clients::refused(command& c, const failure& why) {
    world_.note(name(c) + " is refused: " + std::string{to_string(why.code)});
    switch (why.code) {
    case errc::unavailable:
        return no_answer(c);
    case errc::overloaded:
        // Nothing was done, and the same may be asked again.
        c.over = c.key.empty() || c.patience <= 0;
        return;
    case errc::idempotency_in_progress:
        c.over = c.patience <= 0;
        c.in_doubt = true;
        return;
    case errc::insufficient_tokens:
        if (c.what == kind::spend)
            return refused_spend(c);
        break;
    case errc::state_conflict:
        c.over = true;
        if (stale(c) || world_.foreigners)
            return;
        break;
    case errc::not_found:
        // The lots of a generation that is over need not be known any more.
        c.over = true;
        if (stale(c))
            return;
        break;
    default:
        break;
    }
    c.over = true;
    world_.complain(name(c) + " must not be refused: " + std::string{to_string(why.code)});
}

void clients::refused_spend(command& c) {
    c.over = true;
    if (!c.key.empty() && effects(c) > 0)
        world_.complain(name(c) + " was carried out, and its key says that there were not enough tokens");
    auto call = call_of(c, history_call::kind::refused);
    call.invoked = c.asked;
    call.amount = -c.cost;
    call.at = world_.latest_clock(c.asked);
    calls_[c.user].push_back(std::move(call));
}

/// Whether what it wanted to change has changed already.
bool clients::stale(const command& c) const {
    if (c.what == kind::refund)
        return world_.tables.generations.at(c.generation.id).status != c.generation.expected;
    return c.what == kind::credit && world_.tables.payments.at(c.payment).status != payment_status::pending;
}

history_call clients::call_of(const command& c, history_call::kind result) const {
    history_call call;
    call.result = result;
    call.invoked = c.invoked;
    call.returned = world_.now;
    call.key = c.key;
    return call;
}

std::string clients::name(const command& c) {
    static constexpr std::array names{"spend",  "order",   "grant",  "credit",
                                      "refund", "advance", "expire", "read"};
    auto text = "#" + std::to_string(c.number) + ' ' + names.at(static_cast<std::size_t>(c.what)) +
                " of user " + std::to_string(c.user.value);
    if (c.cost != 0)
        text += " for " + std::to_string(c.cost);
    if (c.generation.id)
        text += " of generation " + std::to_string(c.generation.id.value) + " to " +
                std::string{to_string(c.generation.status)};
    if (c.payment)
        text += " of payment " + std::to_string(c.payment.value);
    if (!c.key.empty())
        text += " with " + c.key;
    return text + ", attempt " + std::to_string(c.attempts);
}

// -- the end ------------------------------------------------------------------------------------------------

std::size_t clients::effects(const command& c) const {
    std::size_t count = 0;
    if (c.what == kind::spend)
        for (const auto& [id, row] : world_.tables.generations)
            count += row.seed == c.number ? 1U : 0U;
    if (c.what == kind::order)
        for (const auto& [id, row] : world_.tables.payments)
            count += row.amount_cents == c.number ? 1U : 0U;
    if (c.what == kind::grant)
        for (const auto& [id, row] : world_.tables.lots)
            count += row.package.value == first_grant + c.number ? 1U : 0U;
    return count;
}

void clients::audit() {
    for (const auto& what : test::audit(world_.tables))
        world_.complain(what);
    for (const auto& c : commands_) {
        if (c.what != kind::spend && c.what != kind::order && c.what != kind::grant)
            continue;
        const auto count = effects(c);
        if (count > 1 || (c.accepted && count == 0))
            world_.complain(name(c) + " had " + std::to_string(count) + " effects");
        if (count > 0 && !c.accepted && !c.in_doubt && !c.waiting)
            world_.complain(name(c) + " was refused, and carried out all the same");
        if (c.what == kind::spend && !c.accepted && (c.in_doubt || c.waiting))
            calls_[c.user].push_back(call_of(c, history_call::kind::unknown));
    }
    for (const auto user : world_.users) {
        wallet_history history;
        history.reopen_grace = process::reopen_grace;
        for (const auto& [id, lot] : world_.tables.lots)
            if (lot.user == user)
                history.lots[id] = {lot.purchased_at, lot.opened_until};
        for (const auto& [owner, row] : world_.tables.journal)
            if (owner == user)
                history.rows.push_back(row);
        history.calls = calls_[user];
        for (const auto& what : check(history))
            world_.complain("user " + std::to_string(user.value) + ": " + what);
    }
}

} // namespace atelier::test
