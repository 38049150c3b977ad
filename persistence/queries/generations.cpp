#include "persistence/queries/generations.hpp"

#include "persistence/queries/reading.hpp"

#include <array>
#include <unordered_map>

namespace atelier::queries {
namespace {

constexpr const char* select_generation =
    "SELECT g.id, g.user_id, g.input_image_id, g.output_image_id, g.style_id, g.status, g.error, r.cost, "
    "r.seed, "
    "r.parameters::text, r.attempt, r.engine, r.engine_job, r.deadline, g.created_at, g.updated_at, "
    "r.started_at, "
    "r.finished_at FROM generations g LEFT JOIN generation_runs r ON r.generation_id = g.id ";

constexpr pg::statement one_generation{
    "generation", select_generation,
    "WHERE g.id = $1 AND NOT EXISTS (SELECT FROM deleted_generations d WHERE d.generation_id = g.id)"};
constexpr pg::statement unfinished{
    "generations_unfinished", select_generation,
    "WHERE g.status IN ('queued', 'running') AND g.id > $1 ORDER BY g.id LIMIT $2"};

constexpr pg::statement open_of_user{
    "generations_open_of_user", select_generation,
    "WHERE g.user_id = $1 AND g.status IN ('queued', 'running') ORDER BY g.id LIMIT $2"};

constexpr pg::statement spends{"generation_spends",
                               "SELECT generation_id, token_purchase_id, -amount FROM token_transactions "
                               "WHERE generation_id = ANY ($1) AND operation = 'spend' ORDER BY id"};

/// How a list goes on behind the condition on its status.
constexpr const char* narrowed =
    " AND ($4::bigint = 0 OR g.style_id = $4)"
    " AND ($5 = '' OR EXISTS (SELECT FROM images i WHERE i.id = g.input_image_id AND i.room_type = $5))"
    " AND NOT EXISTS (SELECT FROM deleted_generations d WHERE d.generation_id = g.id)"
    " ORDER BY g.id DESC LIMIT $3";

constexpr pg::statement of_user{"generations_of_user", select_generation,
                                "WHERE g.user_id = $1 AND g.id < $2", narrowed};
/// By status. It stands in the text itself: PostgreSQL takes the index of the failed, or of the unfinished,
/// only where it reads that condition.
constexpr std::array of_user_with_status{
    pg::statement{"generations_of_user_queued", select_generation,
                  "WHERE g.user_id = $1 AND g.id < $2 AND g.status = 'queued'", narrowed},
    pg::statement{"generations_of_user_running", select_generation,
                  "WHERE g.user_id = $1 AND g.id < $2 AND g.status = 'running'", narrowed},
    pg::statement{"generations_of_user_succeeded", select_generation,
                  "WHERE g.user_id = $1 AND g.id < $2 AND g.status = 'succeeded'", narrowed},
    pg::statement{"generations_of_user_failed", select_generation,
                  "WHERE g.user_id = $1 AND g.id < $2 AND g.status = 'failed'", narrowed},
};

constexpr const char* not_deleted =
    " AND NOT EXISTS (SELECT FROM deleted_generations d WHERE d.generation_id = g.id)"
    " ORDER BY g.id DESC LIMIT $2";
constexpr pg::statement of_all{"generations_of_all", select_generation, "WHERE g.id < $1", not_deleted};
constexpr std::array of_all_with_status{
    pg::statement{"generations_of_all_queued", select_generation, "WHERE g.id < $1 AND g.status = 'queued'",
                  not_deleted},
    pg::statement{"generations_of_all_running", select_generation, "WHERE g.id < $1 AND g.status = 'running'",
                  not_deleted},
    pg::statement{"generations_of_all_succeeded", select_generation,
                  "WHERE g.id < $1 AND g.status = 'succeeded'", not_deleted},
    pg::statement{"generations_of_all_failed", select_generation, "WHERE g.id < $1 AND g.status = 'failed'",
                  not_deleted},
};

generation_record to_generation(const pg::row& row) {
    generation_record g;
    std::string state;
    row.read(g.id, g.user, g.input_image, g.output_image, g.style, state, g.error, g.cost, g.seed,
             g.parameters, g.attempt, g.engine, g.engine_job, g.deadline, g.created_at, g.updated_at,
             g.started_at, g.finished_at);
    g.status =
        parse_generation_status(state).value_or(generation_status::failed); // others are refused by the CHECK
    return g;
}

status add_spends(pg::connection& database, std::vector<generation_record>& generations) {
    std::unordered_map<generation_id, generation_record*> open;
    std::vector<generation_id> ids;
    for (auto& g : generations)
        if (!is_final(g.status)) {
            open.emplace(g.id, &g);
            ids.push_back(g.id);
        }
    if (ids.empty())
        return done{};
    auto found = database.query(spends, pg::params{ids});
    if (!found)
        return std::move(found).error();
    for (const auto row : *found)
        open.at(row.at<generation_id>(0))->spends.push_back({row.at<purchase_id>(1), row.at<tokens>(2)});
    return done{};
}

outcome<page<generation_record>> with_spends(pg::connection& database,
                                             outcome<page<generation_record>> found) {
    if (!found)
        return found;
    if (auto added = add_spends(database, found->data); !added)
        return std::move(added).error();
    return found;
}

} // namespace

outcome<generation_record> get_generation(pg::connection& database, generation_id generation) {
    auto found = read_all(database.query(one_generation, pg::params{generation}), to_generation);
    if (!found)
        return std::move(found).error();
    if (found->empty())
        return errc::not_found;
    if (auto added = add_spends(database, *found); !added)
        return std::move(added).error();
    return std::move(found->front());
}

outcome<page<generation_record>> find_generations(pg::connection& database,
                                                  std::optional<generation_status> status,
                                                  generation_id before, std::int32_t limit) {
    const auto& statement = status ? of_all_with_status.at(static_cast<std::size_t>(*status)) : of_all;
    return with_spends(database, read_page(database.query(statement, pg::params{below(before), limit + 1}),
                                           limit, to_generation));
}

outcome<page<generation_record>> list_generations(pg::connection& database, user_id user,
                                                  generation_id before, std::int32_t limit,
                                                  const generation_filter& filter) {
    const auto& statement =
        filter.status ? of_user_with_status.at(static_cast<std::size_t>(*filter.status)) : of_user;
    auto found =
        database.query(statement, pg::params{user, below(before), limit + 1, filter.style, filter.room_type});
    return with_spends(database, read_page(std::move(found), limit, to_generation));
}

outcome<page<generation_record>> list_open_generations(pg::connection& database, user_id user,
                                                       std::int32_t limit) {
    auto found = database.query(open_of_user, pg::params{user, limit + 1});
    return read_page(std::move(found), limit, to_generation);
}

outcome<page<generation_record>> list_unfinished_generations(pg::connection& database, generation_id above,
                                                             std::int32_t limit) {
    auto found = database.query(unfinished, pg::params{above, limit + 1});
    return with_spends(database, read_page(std::move(found), limit, to_generation));
}

} // namespace atelier::queries
