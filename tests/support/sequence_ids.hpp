#pragma once

#include "actors/domain/ids.hpp"

#include <array>

namespace atelier::test {

/// Keys 1, 2, 3, … of each sequence, until they are taken away. For one thread.
class sequence_ids final : public id_source {
public:
    explicit sequence_ids(std::int64_t first = 1) { last_.fill(first - 1); }

    [[nodiscard]] std::int64_t next(id_sequence sequence) override {
        if (left_ == 0)
            return 0;
        if (left_ > 0)
            --left_;
        return ++last_.at(static_cast<std::size_t>(sequence));
    }

    /// After `count` more keys the supply has run dry.
    void run_dry_after(std::int64_t count) { left_ = count; }

private:
    std::array<std::int64_t, id_sequence_count> last_{};
    std::int64_t left_ = -1; ///< negative: without end
};

} // namespace atelier::test
