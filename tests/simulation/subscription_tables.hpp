#pragma once

#include "actors/domain/change_set.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace atelier::test {

/// The tables of subscriptions, in memory, with what PostgreSQL and the statements of a batch guarantee.
class subscription_tables {
public:
    std::map<user_id, subscription_book> books;
    std::map<user_id, std::string> cards;

    /// Whether the rows are as the change set expects them.
    [[nodiscard]] bool compare(const change_set& set) const;
    /// Whether none of its keys is there already.
    [[nodiscard]] bool unique(const change_set& set) const;
    /// Whether what it refers to is its own.
    [[nodiscard]] bool refers(const change_set& set) const;
    void write(const change_set& set);

    /// Null when no subscription has been charged with it.
    [[nodiscard]] const subscription_charge* find_charge(const std::string& transaction) const;
    [[nodiscard]] std::optional<user_id> subscriber_of(const std::string& transaction) const;

    bool without_guard = false; ///< takes a change whatever it was decided on

private:
    [[nodiscard]] bool fits(user_id user, const subscription_change& change) const;
    static void write(subscription_book& book, const subscription_change& change);
};

} // namespace atelier::test
