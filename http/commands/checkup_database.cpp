#include "http/commands/checkup.hpp"
#include "persistence/migrate.hpp"

#include <chrono>
#include <regex>
#include <set>
#include <string>
#include <sys/timex.h>
#include <vector>

namespace atelier::commands {
namespace {

constexpr auto clock_tolerance = std::chrono::seconds{5};

/// The tables that the migrations make.
std::vector<std::string> tables() {
    static const std::regex create{R"(CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+))"};
    std::set<std::string> names;
    for (const auto& step : embedded_migrations()) {
        const std::string sql{step.sql};
        for (std::sregex_iterator match{sql.begin(), sql.end(), create}, end; match != end; ++match)
            names.insert((*match)[1]);
    }
    return {names.begin(), names.end()};
}

/// A text from a statement; "" when all is well.
outcome<std::string> ask(pg::connection& database, const pg::statement& question, const pg::params& with) {
    auto answer = database.query(question, with);
    if (!answer)
        return answer.error();
    return (*answer)[0].at<std::string>(0);
}

/// What is written into the tables; the journal is only added to.
status check_rights(pg::connection& database) {
    static constexpr pg::statement missing{"doctor_rights", R"(
        SELECT coalesce(string_agg(relname::text, ', ' ORDER BY relname), '') FROM pg_class
        WHERE relkind = 'r' AND pg_table_is_visible(oid) AND relname::text = ANY ($1)
            AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
                AND (relname = 'token_transactions'
                    OR has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))))"};
    const auto found = ask(database, missing, pg::params{tables()});
    if (!found)
        return found.error();
    return found->empty() ? status{done{}}
                          : failure{errc::unavailable, "the role may not read and write " + *found};
}

status check_ownership(pg::connection& database) {
    static constexpr pg::statement foreign{"doctor_ownership", R"(
        SELECT CASE WHEN NOT has_schema_privilege(current_schema(), 'CREATE') THEN 'the schema' ELSE
            coalesce((SELECT string_agg(relname::text, ', ' ORDER BY relname) FROM pg_class
                WHERE relkind = 'r' AND pg_table_is_visible(oid) AND relname::text = ANY ($1)
                    AND NOT pg_has_role(relowner, 'USAGE')), '') END)"};
    const auto found = ask(database, foreign, pg::params{tables()});
    if (!found)
        return found.error();
    return found->empty() ? status{done{}} : failure{errc::unavailable, "the role may not change " + *found};
}

/// The database and this machine must agree on the time: expiry is decided here and recorded there.
status check_clock(pg::connection& database) {
    static constexpr pg::statement now{"doctor_now", "SELECT (now() AT TIME ZONE 'UTC')::timestamp(6)"};
    auto answer = database.query(now);
    if (!answer)
        return answer.error();
    instant theirs;
    (*answer)[0].read(theirs);
    const auto apart = std::chrono::abs(theirs - system_clock{}.now());
    if (apart > clock_tolerance)
        return failure{errc::unavailable,
                       "the database's clock is " + std::to_string(apart.count() / 1000) + " ms off"};
    return done{};
}

/// What the kernel thinks of this machine's clock.
status check_synchronisation() {
    timex clock{};
    if (adjtimex(&clock) == TIME_ERROR && (clock.status & STA_UNSYNC) != 0)
        return failure{errc::unavailable, "nothing keeps this machine's clock in time"};
    return done{};
}

} // namespace

void check_database(const workplace& place, checkup& all) {
    auto database = connect(place);
    all.add("database", database ? status{done{}} : status{database.error()},
            "check database.url and the server's log");
    if (!database)
        return;
    all.add("schema", check_schema(*database), "run `atelier migrate`");
    all.add("rights", check_rights(*database),
            "as the tables' owner: GRANT SELECT, INSERT, UPDATE, DELETE ON …");
    all.advise("ownership", check_ownership(*database),
               "let a role that owns the tables run `atelier migrate` before each upgrade");
    all.add("clock", check_clock(*database), "synchronise the clocks, e.g. with chrony");
    all.advise("time service", check_synchronisation(), "install chrony, unless the host does it");
}

} // namespace atelier::commands
