#include "persistence/queries/ids.hpp"

#include <algorithm>
#include <array>

namespace atelier::queries {
namespace {

constexpr pg::statement next_keys{"take_ids",
                                  "SELECT nextval($1::text::regclass) FROM generate_series(1, $2)"};

/// In the order of `id_sequence`.
constexpr std::array<const char*, id_sequence_count> sequences{
    "images_id_seq",      "active_storage_blobs_id_seq", "active_storage_attachments_id_seq",
    "generations_id_seq", "token_purchases_id_seq",      "token_transactions_id_seq",
    "payments_id_seq",    "subscriptions_id_seq",
};

} // namespace

outcome<std::vector<std::int64_t>> take_ids(pg::connection& database, id_sequence sequence,
                                            std::int32_t count) {
    auto taken =
        database.query(next_keys, pg::params{sequences.at(static_cast<std::size_t>(sequence)), count});
    if (!taken)
        return std::move(taken).error();
    std::vector<std::int64_t> keys;
    keys.reserve(taken->size());
    for (const auto row : *taken)
        keys.push_back(row.at<std::int64_t>(0));
    std::sort(keys.begin(), keys.end());
    return keys;
}

} // namespace atelier::queries
