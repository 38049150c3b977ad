#include "tests/simulation/generation_users.hpp"

namespace atelier::test {

void generation_users::spend() {
    auto& chance = world_.chance;
    const auto user = chance.of(world_.users);
    spend_tokens order{user, image_id{1}, style_id{chance.between(1, 3)}, chance.between(1, 4)};
    order.seed = static_cast<std::int64_t>(++ordered_);
    order.parameters = "{}";
    order.time_limit = std::chrono::seconds{chance.chance(30) ? chance.between(1, 20) : 300};
    world_.note("user " + std::to_string(user.value) + " orders");
    ++waiting_;
    world_.service->request<outcome<receipt>>(world_.service->wallets(), std::move(order),
                                              [this](outcome<receipt>* reply) {
                                                  --waiting_;
                                                  accepted += reply != nullptr && *reply ? 1U : 0U;
                                              });
}

void generation_users::cancel(const generations_actor& generations) {
    auto& chance = world_.chance;
    if (world_.tables.generations.empty())
        return;
    const auto& [id, row] = chance.of(world_.tables.generations);
    const auto user = chance.chance(15) ? chance.of(world_.users) : row.user;
    world_.note("user " + std::to_string(user.value) + " cancels generation " + std::to_string(id.value));
    ++waiting_;
    world_.service->request<outcome<generation_record>>(generations, cancel_generation{id, user},
                                                        [this, id, user](outcome<generation_record>* reply) {
                                                            --waiting_;
                                                            if (reply != nullptr)
                                                                canceled(id, user, *reply);
                                                        });
}

void generation_users::canceled(generation_id id, user_id user, const outcome<generation_record>& answer) {
    const auto name = "generation " + std::to_string(id.value);
    const auto& row = world_.tables.generations.at(id);
    const bool owner = row.user == user;
    if (!answer) {
        world_.note("that cancel of " + name + " ends in " + std::string{to_string(answer.error().code)});
        const bool stranger = answer.error().code == errc::not_found;
        if (answer.error().code != errc::unavailable && stranger == owner)
            world_.complain("a cancel of " + name + " is refused");
        return;
    }
    world_.note("who cancels " + name + " hears: " + std::string{to_string(answer->status)});
    if (!owner)
        world_.complain("a stranger cancels " + name);
    if (!is_final(answer->status) || answer->status != row.status || answer->output_image != row.output ||
        answer->error != row.error)
        world_.complain("who cancels " + name +
                        " hears what is not so: " + std::string{to_string(answer->status)} + " with \"" +
                        answer->error + "\" instead of " + std::string{to_string(row.status)} + " with \"" +
                        row.error + "\"");
    told_[id] = answer->status;
}

void generation_users::audit() const {
    for (const auto& [id, status] : told_)
        if (world_.tables.generations.at(id).status != status)
            world_.complain("generation " + std::to_string(id.value) + " does not stay as a cancel was told");
    if (accepted > world_.tables.generations.size())
        world_.complain("orders were acknowledged that are not there");
}

} // namespace atelier::test
