#include "actors/catalog.hpp"

#include "persistence/connection_pool.hpp"
#include "persistence/queries/catalog.hpp"

#include <utility>

namespace atelier {
namespace {

/// In lifetimes.
constexpr int very_old = 12;

outcome<catalog::snapshot> read(pg::connection& database) {
    auto styles = queries::list_styles(database);
    if (!styles)
        return styles.error();
    auto packages = queries::list_token_packages(database);
    if (!packages)
        return packages.error();
    auto plans = queries::list_subscription_plans(database);
    if (!plans)
        return plans.error();
    auto all = std::make_shared<catalog::contents>();
    all->styles = std::move(*styles);
    all->token_packages = std::move(*packages);
    all->subscription_plans = std::move(*plans);
    return catalog::snapshot{std::move(all)};
}

} // namespace

catalog::catalog(connection_pool& pool, const clock& time, microseconds lifetime)
    : pool_{pool}, time_{time}, lifetime_{lifetime} {}

catalog::snapshot catalog::current() {
    {
        const std::lock_guard lock{mutex_};
        const auto age = time_.now() - fetched_at_;
        if (!current_ || age >= very_old * lifetime_)
            return nullptr;
        if (age < lifetime_ || std::exchange(fetching_, true))
            return current_;
    }
    fetch([](const outcome<snapshot>&) {});
    const std::lock_guard lock{mutex_};
    return current_;
}

void catalog::fetch(callback done) {
    auto job = [this, done](outcome<pg::connection*> connection) {
        done(keep(connection ? read(**connection) : outcome<snapshot>{connection.error()}));
    };
    if (!pool_.submit(std::move(job)))
        done(keep(errc::overloaded));
}

outcome<catalog::snapshot> catalog::keep(outcome<snapshot> fetched) {
    const std::lock_guard lock{mutex_};
    fetching_ = false;
    if (fetched) {
        current_ = *fetched;
        fetched_at_ = time_.now();
    }
    return current_ ? outcome<snapshot>{current_} : std::move(fetched);
}

user_id image_owners::find(image_id image) const {
    const std::lock_guard lock{mutex_};
    const auto known = owners_.find(image);
    return known == owners_.end() ? user_id{} : known->second;
}

void image_owners::remember(image_id image, user_id owner) {
    const std::lock_guard lock{mutex_};
    if (owners_.size() >= limit_)
        owners_.clear();
    owners_.insert_or_assign(image, owner);
}

void image_owners::forget(image_id image) {
    const std::lock_guard lock{mutex_};
    owners_.erase(image);
}

} // namespace atelier
