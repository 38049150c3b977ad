#define CAF_SUITE session_cache

#include "actors/session_cache.hpp"
#include "tests/support/test.hpp"

#include <cstring>
#include <thread>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr instant start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};

token_digest numbered(std::uint64_t number) {
    token_digest digest;
    std::memcpy(digest.bytes.data(), &number, sizeof number);
    digest.bytes.back() = static_cast<unsigned char>(number);
    return digest;
}

void put(session_cache& cache, std::uint64_t number, user_id user, instant expires_at = start + 1h) {
    cache.insert(numbered(number), {{user, scopes::all()}, expires_at, start}, cache.begin(numbered(number)));
}

bool has(session_cache& cache, std::uint64_t number, instant now = start) {
    return cache.find(numbered(number), now).has_value();
}

std::int64_t owner_of(session_cache& cache, std::uint64_t number) {
    const auto hit = cache.find(numbered(number), start);
    return hit ? hit->who.user.value : 0;
}

} // namespace

CAF_TEST(a session is found by its digest until it expires) {
    session_cache cache{100};
    put(cache, 1, user_id{7});
    const auto hit = cache.find(numbered(1), start + 59min);
    CAF_REQUIRE(hit);
    CAF_CHECK_EQUAL(hit->who.user.value, 7);
    CAF_CHECK(!has(cache, 2));
    CAF_CHECK(!has(cache, 1, start + 1h));
    CAF_CHECK_EQUAL(cache.size(), 0u);
}

CAF_TEST(one caller a minute is asked to note the use) {
    session_cache cache{100};
    put(cache, 1, user_id{7});
    const auto touch_due = [&](instant now) { return cache.find(numbered(1), now)->touch_due; };
    CAF_CHECK(!touch_due(start));
    CAF_CHECK(!touch_due(start + 59s));
    CAF_CHECK(touch_due(start + 60s));
    CAF_CHECK(!touch_due(start + 60s));
    CAF_CHECK(!touch_due(start + 119s));
    CAF_CHECK(touch_due(start + 120s));
}

CAF_TEST(the least recently used session goes first) {
    session_cache cache{1};
    put(cache, 1, user_id{7});
    put(cache, 2, user_id{7});
    CAF_CHECK(!has(cache, 1));
    CAF_CHECK(has(cache, 2));

    session_cache larger{32}; // two in each shard; numbers that are equal modulo 16 share one
    put(larger, 16, user_id{7});
    put(larger, 32, user_id{7});
    CAF_CHECK(has(larger, 16));
    put(larger, 48, user_id{7});
    CAF_CHECK(has(larger, 16));
    CAF_CHECK(!has(larger, 32));
    CAF_CHECK(has(larger, 48));
}

CAF_TEST(the number of sessions is bounded) {
    session_cache cache{1000};
    for (std::uint64_t number = 0; number < 100'000; ++number)
        put(cache, number, user_id{7});
    CAF_CHECK(cache.size() <= 1000u);
    CAF_CHECK(cache.size() > 900u);
}

CAF_TEST(a repeated insertion replaces) {
    session_cache cache{100};
    put(cache, 1, user_id{7});
    put(cache, 1, user_id{8});
    CAF_CHECK_EQUAL(owner_of(cache, 1), 8);
    CAF_CHECK(cache.size() == 1);
}

CAF_TEST(a session can be removed by itself and with all others of its user) {
    session_cache cache{1000};
    for (std::uint64_t number = 0; number < 100; ++number)
        put(cache, number, user_id{number % 2 == 0 ? 7 : 8});
    cache.remove(numbered(0));
    cache.remove(numbered(12345));
    CAF_CHECK(!has(cache, 0));
    CAF_CHECK(has(cache, 2));
    cache.remove_user(user_id{7});
    for (std::uint64_t number = 0; number < 100; ++number)
        CAF_CHECK_EQUAL(has(cache, number), number % 2 == 1);
}

CAF_TEST(what was read before a removal is not kept after it) {
    session_cache cache{100};
    const auto before = cache.begin(numbered(1));
    cache.remove(numbered(1));
    cache.insert(numbered(1), {{user_id{7}, scopes::all()}, start + 1h, start}, before);
    CAF_CHECK(!has(cache, 1));

    const auto again = cache.begin(numbered(1));
    cache.remove_user(user_id{7});
    cache.insert(numbered(1), {{user_id{7}, scopes::all()}, start + 1h, start}, again);
    CAF_CHECK(!has(cache, 1));

    put(cache, 1, user_id{7});
    CAF_CHECK(has(cache, 1));
}

CAF_TEST(threads may use it at once) {
    session_cache cache{64};
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&cache, t] {
            for (std::uint64_t i = 0; i < 20'000; ++i) {
                const auto number = (i * 7 + static_cast<std::uint64_t>(t)) % 200;
                put(cache, number, user_id{static_cast<std::int64_t>(number % 5) + 1});
                if (const auto hit = cache.find(numbered(number), start))
                    if (hit->who.user.value != static_cast<std::int64_t>(number % 5) + 1)
                        std::abort();
                if (i % 50 == 0)
                    cache.remove_user(user_id{1});
                if (i % 3 == 0)
                    cache.remove(numbered(number));
            }
        });
    for (auto& t : threads)
        t.join();
    CAF_CHECK(cache.size() <= 64u);
}
