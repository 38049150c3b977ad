#pragma once

#include "persistence/committer.hpp"
#include "persistence/migrate.hpp"
#include "persistence/pg/connection.hpp"
#include "persistence/pg_committer.hpp"
#include "tests/support/cluster.hpp"

#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

/// A migrated database of its own for each test, rows to begin with, and change sets to write.
namespace atelier::test {

inline const instant noon = std::chrono::sys_days{std::chrono::year{2024} / 5 / 1} + std::chrono::hours{12};

/// The value, or an exception that ends the test with the reason.
template <class T>
T must(outcome<T> result) {
    if (!result)
        throw std::runtime_error{std::string{to_string(result.error().code)} + ": " + result.error().detail};
    return *std::move(result);
}

inline pg::connect_options reach(std::string conninfo) {
    pg::connect_options options;
    options.conninfo = std::move(conninfo);
    return options;
}

/// A committer's options for that database.
inline pg_committer_options writing_to(const std::string& conninfo, std::string writer = "writer 1") {
    pg_committer_options options;
    options.database = reach(conninfo);
    options.writer = std::move(writer);
    return options;
}

/// Conninfo of a new database with the whole schema.
inline std::string migrated_database() {
    static const std::string origin = [] {
        auto conninfo = fresh_database();
        auto database = must(pg::connection::open(pg::without_limits(reach(conninfo))));
        must(migrate(database));
        return conninfo;
    }();
    return copy_of(origin);
}

class books {
public:
    explicit books(std::string conninfo = migrated_database())
        : conninfo_{std::move(conninfo)}, database_{must(
                                              pg::connection::open(pg::without_limits(reach(conninfo_))))} {}

    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }
    [[nodiscard]] pg::connection& database() { return database_; }
    void reconnect() { database_ = must(pg::connection::open(pg::without_limits(reach(conninfo_)))); }

    void execute(const std::string& sql) { must(database_.execute(sql)); }

    /// First column of the first row.
    template <class T = std::int64_t>
    T ask(const std::string& sql) {
        auto& known = statements()[sql];
        if (!known)
            known = std::make_unique<adhoc>(sql, "ask_" + std::to_string(statements().size()));
        return must(database_.query(known->statement))[0].template at<T>(0);
    }

    user_id add_user() {
        return user_id{
            ask("INSERT INTO users (email, created_at, updated_at) VALUES "
                "('user' || nextval('users_id_seq') || '@example.com', now(), now()) RETURNING id")};
    }

    /// A lot with its credit in the journal.
    purchase_id add_lot(user_id user, tokens amount, instant expires_at = noon + std::chrono::hours{24}) {
        const auto until = std::to_string(
            std::chrono::duration_cast<std::chrono::seconds>(expires_at.time_since_epoch()).count());
        const auto owner = std::to_string(user.value);
        const auto count = std::to_string(amount);
        return purchase_id{
            ask("WITH lot AS (INSERT INTO token_purchases (user_id, token_package_id, tokens_remaining, "
                "purchased_at, expires_at, created_at, updated_at) SELECT " +
                owner + ", id, " + count + ", now(), to_timestamp(" + until +
                ") AT TIME ZONE 'utc', now(), now() FROM token_packages WHERE name = 'grant' RETURNING id), "
                "credit AS (INSERT INTO token_transactions (user_id, token_purchase_id, operation, amount, "
                "created_at, updated_at) SELECT " +
                owner + ", id, 'grant', " + count +
                ", now(), now() FROM lot) "
                "SELECT id FROM lot")};
    }

    image_id add_image(user_id user) {
        return image_id{ask("INSERT INTO images (user_id, kind, created_at, updated_at) VALUES (" +
                            std::to_string(user.value) + ", 'input', now(), now()) RETURNING id")};
    }

    style_id add_style() {
        return style_id{ask("INSERT INTO styles (name, prompt, created_at, updated_at) VALUES "
                            "('style ' || nextval('styles_id_seq'), 'a room', now(), now()) RETURNING id")};
    }

    token_package_id add_package(tokens amount) {
        return token_package_id{
            ask("INSERT INTO token_packages (name, tokens_amount, price_cents, created_at, updated_at) "
                "VALUES ('package', " +
                std::to_string(amount) + ", 100, now(), now()) RETURNING id")};
    }

    tokens remaining(purchase_id lot) {
        return ask<tokens>("SELECT tokens_remaining FROM token_purchases WHERE id = " +
                           std::to_string(lot.value));
    }

private:
    struct adhoc {
        adhoc(std::string s, std::string n) : sql{std::move(s)}, name{std::move(n)} {}
        std::string sql;
        std::string name;
        pg::statement statement{name.c_str(), sql.c_str()};
    };
    static std::map<std::string, std::unique_ptr<adhoc>>& statements() {
        static std::map<std::string, std::unique_ptr<adhoc>> all;
        return all;
    }

    std::string conninfo_;
    pg::connection database_;
};

/// Keys for rows that change sets make; far from those of the sequences.
template <class Id>
Id fresh() {
    static std::int64_t last = 1'000'000;
    return Id{++last};
}

/// Takes tokens from a lot.
inline change_set spend(user_id user, purchase_id lot, tokens expected, tokens amount) {
    change_set set{user, noon, static_cast<std::uint64_t>(user.value)};
    set.purchase_changes.push_back({lot, expected, expected - amount, std::nullopt});
    set.journal.push_back(
        {fresh<transaction_id>(), lot, std::nullopt, operation::spend, -amount, std::nullopt});
    return set;
}

/// A generation, paid from a lot.
inline change_set generate(user_id user, purchase_id lot, tokens expected, image_id image, style_id style) {
    auto set = spend(user, lot, expected, 1);
    const auto id = fresh<generation_id>();
    set.journal.back().generation = id;
    set.new_generations.push_back(
        {id, image, style, 1, 42, R"({"prompt":"a room"})", noon + std::chrono::minutes{10}});
    return set;
}

/// Commits and waits for the result.
inline commit_result commit(committer& writer, std::vector<change_set> sets) {
    std::promise<commit_result> result;
    auto waiting = result.get_future();
    writer.commit(std::move(sets), [&result](commit_result r) { result.set_value(std::move(r)); });
    return waiting.get();
}

/// What became of each change set, in one line.
inline std::string kinds(const commit_result& result) {
    std::string all;
    for (const auto& v : result.verdicts)
        all += (all.empty() ? "" : " ") + std::string{to_string(v.kind)};
    return all;
}

} // namespace atelier::test
