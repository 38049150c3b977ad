#pragma once

#include "actors/domain/records.hpp"
#include "persistence/pg/rows.hpp"

/// Rows of the catalogue as every query has them: the columns in the order of the records' members.
namespace atelier::queries {

[[nodiscard]] inline token_package_record to_package(const pg::row& row) {
    token_package_record p;
    row.read(p.id, p.name, p.tokens_amount, p.price_cents, p.validity_days, p.active, p.created_at);
    return p;
}

[[nodiscard]] inline subscription_plan_record to_plan(const pg::row& row) {
    subscription_plan_record p;
    row.read(p.id, p.name, p.tokens_amount, p.price_cents, p.currency, p.interval, p.interval_count, p.active,
             p.created_at);
    return p;
}

} // namespace atelier::queries
