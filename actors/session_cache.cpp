#include "actors/session_cache.hpp"

#include <algorithm>
#include <iterator>

namespace atelier {
namespace {

constexpr std::size_t shard_count = 16;
constexpr auto touch_interval = std::chrono::minutes{1};

} // namespace

session_cache::session_cache(std::size_t limit) {
    shards_.resize(std::clamp<std::size_t>(limit, 1, shard_count));
    std::ranges::generate(shards_, [] { return std::make_unique<shard>(); });
    shard_limit_ = std::max<std::size_t>(limit / shards_.size(), 1);
}

void session_cache::shard::erase(std::list<entry>::iterator which) {
    by_digest.erase(which->digest);
    recent.erase(which);
}

session_cache::shard& session_cache::shard_of(const token_digest& digest) {
    // The hash inside the shard uses the first bytes.
    return *shards_[digest.bytes.back() % shards_.size()];
}

std::optional<session_cache::hit> session_cache::find(const token_digest& digest, instant now) {
    auto& s = shard_of(digest);
    const std::lock_guard lock{s.mutex};
    const auto found = s.by_digest.find(digest);
    if (found == s.by_digest.end())
        return std::nullopt;
    if (found->second->value.expires_at <= now) {
        s.erase(found->second);
        return std::nullopt;
    }
    s.recent.splice(s.recent.begin(), s.recent, found->second);
    auto& value = found->second->value;
    hit result{value.who, {}};
    if (now - value.touched_at >= touch_interval) {
        value.touched_at = now;
        value.expires_at = std::max(value.expires_at, std::min<instant>(now + value.lifetime, value.ends_at));
        result.touch_due = value.expires_at;
    }
    return result;
}

session_cache::ticket session_cache::begin(const token_digest& digest) {
    auto& s = shard_of(digest);
    const std::lock_guard lock{s.mutex};
    ticket t;
    t.removals_ = s.removals;
    return t;
}

void session_cache::insert(const token_digest& digest, const session& value, ticket since) {
    auto& s = shard_of(digest);
    const std::lock_guard lock{s.mutex};
    if (s.removals != since.removals_)
        return;
    if (const auto known = s.by_digest.find(digest); known != s.by_digest.end())
        s.erase(known->second);
    if (s.recent.size() >= shard_limit_)
        s.erase(std::prev(s.recent.end()));
    s.recent.push_front({digest, value});
    s.by_digest.emplace(digest, s.recent.begin());
}

void session_cache::remove(const token_digest& digest) {
    auto& s = shard_of(digest);
    const std::lock_guard lock{s.mutex};
    ++s.removals;
    if (const auto found = s.by_digest.find(digest); found != s.by_digest.end())
        s.erase(found->second);
}

void session_cache::remove_user(user_id user) {
    for (const auto& s : shards_) {
        const std::lock_guard lock{s->mutex};
        ++s->removals;
        for (auto e = s->recent.begin(); e != s->recent.end();) {
            const auto current = e++;
            if (current->value.who.user == user)
                s->erase(current);
        }
    }
}

void session_cache::clear() {
    for (const auto& s : shards_) {
        const std::lock_guard lock{s->mutex};
        ++s->removals;
        s->by_digest.clear();
        s->recent.clear();
    }
}

std::size_t session_cache::size() {
    std::size_t sum = 0;
    for (const auto& s : shards_) {
        const std::lock_guard lock{s->mutex};
        sum += s->recent.size();
    }
    return sum;
}

} // namespace atelier
