#include "actors/operators.hpp"

#include "persistence/queries/operators.hpp"

#include <algorithm>
#include <utility>

namespace atelier {
namespace {

constexpr auto trusted_for = std::chrono::hours{1};
constexpr std::size_t remembered_max = 256;

} // namespace

operators::operators(connection_pool& pool, const clock& time)
    : pool_{pool}, clock_{time}, seen_{remembered_max} {}

void operators::authenticate(std::string_view token,
                             const std::function<void(outcome<std::string>)>& answer) {
    const auto digest = digest_of(token, token_kind::operator_);
    if (!digest)
        return answer(errc::unauthenticated);
    const bool taken = pool_.submit([this, answer, hex = digest->hex()](outcome<pg::connection*> database) {
        answer(database ? look_up(**database, hex) : remembered(hex, std::move(database).error()));
    });
    if (!taken)
        answer(errc::overloaded);
}

outcome<std::string> operators::look_up(pg::connection& database, const std::string& digest) {
    const auto found = queries::find_operator(database, digest);
    if (!found)
        return remembered(digest, found.error());
    const auto now = clock_.now();
    const std::lock_guard lock{mutex_};
    if (!*found || ((*found)->expires_at && *(*found)->expires_at <= now)) {
        seen_.erase(digest);
        return errc::unauthenticated;
    }
    const auto& name = (*found)->name;
    seen_.at(digest) = {name,
                        std::min<instant>(now + trusted_for, (*found)->expires_at.value_or(instant::max()))};
    return name;
}

outcome<std::string> operators::remembered(const std::string& digest, failure why) {
    const std::lock_guard lock{mutex_};
    if (why.code == errc::unavailable)
        if (const auto* known = seen_.find(digest); known != nullptr && known->until > clock_.now())
            return known->name;
    return why;
}

} // namespace atelier
