#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace atelier {

class connection_pool;

/// Styles, packages and plans in memory: a few rows that every client asks for and that rarely change. A copy
/// that is older than `lifetime` is replaced at the next request, which does not wait for that unless the
/// copy is very old. Thread-safe.
class catalog {
public:
    struct contents {
        std::vector<style_record> styles;
        std::vector<token_package_record> token_packages;
        std::vector<subscription_plan_record> subscription_plans;
    };
    using snapshot = std::shared_ptr<const contents>;
    using callback = std::function<void(outcome<snapshot>)>;

    /// `pool` and `time` must outlive the catalogue.
    catalog(connection_pool& pool, const clock& time, microseconds lifetime);

    /// The contents in memory, or null when they have to be fetched.
    [[nodiscard]] snapshot current();
    /// Fetches the contents from the database; on a thread of the pool. While that is away, a very old copy
    /// has to do. Errors: overloaded, unavailable.
    void fetch(callback done);

private:
    /// Takes over what was fetched; gives what there is now.
    outcome<snapshot> keep(outcome<snapshot> fetched);

    connection_pool& pool_;
    const clock& time_;
    microseconds lifetime_;
    std::mutex mutex_;
    snapshot current_;
    instant fetched_at_;
    bool fetching_ = false;
};

/// Whose an image is. That never changes, so it is remembered: an accepted generation then needs no query for
/// it. Bounded: when full, it starts anew. Thread-safe.
class image_owners {
public:
    explicit image_owners(std::size_t limit) : limit_{limit} {}

    /// The owner, or 0 when it is not remembered.
    [[nodiscard]] user_id find(image_id image) const;
    void remember(image_id image, user_id owner);
    /// It was deleted.
    void forget(image_id image);

private:
    std::size_t limit_;
    mutable std::mutex mutex_;
    std::unordered_map<image_id, user_id> owners_;
};

} // namespace atelier
