#define CAF_SUITE fair_queue

#include "actors/domain/fair_queue.hpp"
#include "tests/support/test.hpp"

#include <algorithm>
#include <map>
#include <rapidcheck.h>
#include <string>
#include <vector>

using namespace atelier;

namespace {

void push(fair_queue& queue, std::int64_t user, std::initializer_list<std::int64_t> jobs) {
    for (const auto job : jobs)
        queue.push(user_id{user}, generation_id{job});
}

std::string drained(fair_queue& queue) {
    std::string text;
    while (const auto job = queue.pop())
        text += std::to_string(job->value) + " ";
    return text;
}

} // namespace

CAF_TEST(an empty queue has nothing) {
    fair_queue queue;
    CAF_CHECK(!queue.pop());
    CAF_CHECK(!queue.erase(generation_id{1}));
    CAF_CHECK_EQUAL(queue.size(), 0u);
}

CAF_TEST(one user is served in the order in which the jobs were made) {
    fair_queue queue;
    push(queue, 1, {3, 1, 2});
    CAF_CHECK_EQUAL(drained(queue), "1 2 3 ");
}

CAF_TEST(users take turns however many jobs one of them has) {
    fair_queue queue;
    push(queue, 1, {11, 12, 13, 14});
    push(queue, 2, {21});
    push(queue, 3, {31, 32});
    CAF_CHECK_EQUAL(drained(queue), "11 21 31 12 32 13 14 ");
}

CAF_TEST(a user who comes back goes to the end of the round) {
    fair_queue queue;
    push(queue, 1, {11});
    push(queue, 2, {21});
    CAF_CHECK(queue.pop() == generation_id{11});
    push(queue, 1, {12});
    CAF_CHECK_EQUAL(drained(queue), "21 12 ");
}

CAF_TEST(a job that waits already keeps its place) {
    fair_queue queue;
    push(queue, 1, {1, 2, 1});
    push(queue, 2, {1});
    CAF_CHECK_EQUAL(queue.size(), 2u);
    CAF_CHECK_EQUAL(queue.size_of(user_id{2}), 0u);
    CAF_CHECK_EQUAL(drained(queue), "1 2 ");
}

CAF_TEST(a job can be taken out wherever it stands) {
    fair_queue queue;
    push(queue, 1, {11, 12, 13});
    push(queue, 2, {21});
    CAF_CHECK(queue.erase(generation_id{12}));
    CAF_CHECK(!queue.erase(generation_id{12}));
    CAF_CHECK(queue.erase(generation_id{21}));
    CAF_CHECK(!queue.contains(generation_id{21}));
    CAF_CHECK_EQUAL(queue.size_of(user_id{1}), 2u);
    CAF_CHECK_EQUAL(drained(queue), "11 13 ");
}

CAF_TEST(everybody knows their place) {
    const bool held = rc::check("places", [] {
        fair_queue queue;
        const auto count = *rc::gen::inRange<std::int64_t>(0, 40);
        for (std::int64_t job = 1; job <= count; ++job)
            queue.push(user_id{*rc::gen::inRange<std::int64_t>(1, 6)}, generation_id{job});
        for (auto served = *rc::gen::inRange<std::int64_t>(0, 10); served > 0; --served)
            (void)queue.pop();
        std::vector<generation_id> order;
        for (std::int64_t job = 1; job <= count; ++job)
            if (queue.contains(generation_id{job}))
                order.emplace_back(job);
        std::ranges::sort(order, {}, [&](generation_id job) { return queue.ahead_of(job); });
        RC_ASSERT(order.size() == queue.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            RC_ASSERT(queue.ahead_of(order[i]) == i);
        RC_ASSERT(!queue.ahead_of(generation_id{99}));
        for (const auto job : order)
            RC_ASSERT(queue.pop() == job);
    });
    CAF_CHECK(held);
}

CAF_TEST(nobody is served twice while somebody else waits) {
    const bool held = rc::check("fair", [] {
        fair_queue queue;
        std::map<std::int64_t, std::vector<std::int64_t>> waiting;
        const auto count = *rc::gen::inRange<std::int64_t>(1, 60);
        for (std::int64_t job = 1; job <= count; ++job) {
            const auto user = *rc::gen::inRange<std::int64_t>(1, 6);
            queue.push(user_id{user}, generation_id{job});
            waiting[user].push_back(job);
        }
        std::map<std::int64_t, int> served; // since the round began
        while (const auto job = queue.pop()) {
            const auto line = std::ranges::find_if(
                waiting, [&](const auto& w) { return !w.second.empty() && w.second.front() == job->value; });
            RC_ASSERT(line != waiting.end());
            line->second.erase(line->second.begin());
            const auto turns = ++served[line->first];
            for (const auto& [user, left] : waiting)
                RC_ASSERT(left.empty() || served[user] + 1 >= turns);
        }
        RC_ASSERT(std::ranges::all_of(waiting, [](const auto& w) { return w.second.empty(); }));
        RC_ASSERT(queue.size() == 0u);
    });
    CAF_CHECK(held);
}
