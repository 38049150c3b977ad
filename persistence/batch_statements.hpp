#pragma once

#include "persistence/batch.hpp"
#include "persistence/pg/connection.hpp"
#include "persistence/references.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace atelier {

/// Which batch this is: the number within one run (epoch) of one writer.
struct batch_position {
    std::string_view writer;
    std::int64_t epoch = 0;
    std::int64_t number = 0;
};

/// Turns batches into one transaction each, from BEGIN to COMMIT: one statement for each table touched.
/// Statements that change existing rows fail with SQLSTATE AT001 unless all rows held what was expected.
/// With proof of the references, the statements also do the foreign keys' work, set by set (references.hpp):
/// a missing row ends the transaction with SQLSTATE 23503. Keeps its memory from batch to batch.
class batch_statements {
public:
    /// The commands to run in one pipeline; they hold until the next call.
    [[nodiscard]] std::span<const pg::command> encode(const batch& data, const batch_position& position,
                                                      bool prove_references);

    /// How many webhooks a batch has queued, as its committed pipeline has answered.
    [[nodiscard]] static std::size_t count_webhooks(const batch& data, const pg::pipeline_result& answer);

private:
    template <class... Columns>
    void add(const pg::statement& what, const Columns&... columns);
    void add_proof(const references& needed);

    static constexpr std::size_t most_statements = 32;
    std::array<pg::params, most_statements> params_;
    std::vector<pg::command> commands_;
};

} // namespace atelier
