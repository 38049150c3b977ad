#define CAF_SUITE bridge

#include "actors/runtime/bridge.hpp"
#include "actors/runtime/interfaces.hpp"
#include "actors/runtime/metered.hpp"
#include "tests/support/fake_reader.hpp"
#include "tests/support/fake_wallets.hpp"
#include "tests/support/test.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/send.hpp>

#include <future>
#include <thread>

using namespace atelier;
using namespace std::chrono_literals;

namespace {

using lots = std::vector<purchase_record>;

/// Real actors on CAF's threads and coroutines on one of their own.
struct fixture {
    ~fixture() {
        work.reset();
        thread.join();
        for (const auto& actor : {caf::actor_cast<caf::actor>(readers), caf::actor_cast<caf::actor>(wallet)})
            caf::anon_send_exit(actor, caf::exit_reason::kill);
        system.await_all_actors_done();
    }

    /// Sends a question from a coroutine.
    template <class Reply, class Handle, class Command>
    std::future<outcome<Reply>> ask(bridge& through, Handle receiver, Command command,
                                    ask_role role = ask_role::question) {
        auto answer = std::make_shared<std::promise<outcome<Reply>>>();
        auto coroutine = asking(through, std::move(receiver), command, role, answer);
        boost::asio::co_spawn(context, std::move(coroutine), boost::asio::detached);
        return answer->get_future();
    }

    std::future<outcome<lots>> ask(bridge& through, reader_actor receiver) {
        return ask<lots>(through, std::move(receiver), load_wallet{user_id{1}});
    }

    template <class Reply, class Handle, class Command>
    static boost::asio::awaitable<void> asking(bridge& through, Handle receiver, Command command,
                                               ask_role role,
                                               std::shared_ptr<std::promise<outcome<Reply>>> answer) {
        auto reply = co_await through.ask<Reply>(receiver, command, role);
        answer->set_value(std::move(reply));
    }

    metrics meters;
    runtime_config config{meters};
    caf::actor_system system{config};
    boost::asio::io_context context{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
    std::thread thread{[this] { context.run(); }};
    test::fake_reader reader;
    test::fake_wallets books;
    reader_actor readers = reader.spawn(system);
    wallets_actor wallet = books.spawn(system);
};

/// The code of the refusal, "ok", or "nothing" when it never came.
template <class T>
std::string fate(std::future<outcome<T>>& answer) {
    if (answer.wait_for(60s) != std::future_status::ready)
        return "nothing";
    const auto result = answer.get();
    return result ? "ok" : std::string{to_string(result.error().code)};
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(bridge_tests, fixture)

CAF_TEST(the answer of an actor arrives in the coroutine) {
    reader.lots = lots(3);
    bridge through{system, meters, 60s, 10, 500ms};
    auto answer = ask(through, readers);
    const auto result = answer.get();
    CAF_REQUIRE(result.has_value());
    CAF_CHECK_EQUAL(result->size(), 3u);
}

CAF_TEST(a refusal of the actor arrives as it is) {
    reader.lots = failure{errc::overloaded, "why"};
    bridge through{system, meters, 60s, 10, 500ms};
    const auto result = ask(through, readers).get();
    CAF_REQUIRE(!result);
    CAF_CHECK_EQUAL(result.error().detail, "why");
}

CAF_TEST(an answer that cannot fail is taken as well) {
    bridge through{system, meters, 60s, 10, 500ms};
    auto answer = ask<children_report>(through, wallet, list_children{1});
    CAF_CHECK_EQUAL(fate(answer), "ok");
}

CAF_TEST(many questions get their own answers) {
    bridge through{system, meters, 60s, 1000, 500ms};
    std::vector<std::future<outcome<lots>>> answers;
    for (int i = 0; i < 500; ++i)
        answers.push_back(ask(through, readers));
    for (auto& answer : answers)
        CAF_REQUIRE_EQUAL(fate(answer), "ok");
}

CAF_TEST(a receiver that is gone is unavailable) {
    bridge through{system, meters, 60s, 10, 500ms};
    auto nobody = ask(through, reader_actor{});
    CAF_CHECK_EQUAL(fate(nobody), "unavailable");
    caf::anon_send_exit(readers, caf::exit_reason::kill);
    auto dead = ask(through, readers);
    CAF_CHECK_EQUAL(fate(dead), "unavailable");
}

CAF_TEST(an answer that does not come in time is a failure) {
    reader.held = true;
    bridge through{system, meters, 0ms, 10, 500ms};
    auto answer = ask(through, readers);
    while (answer.wait_for(0s) != std::future_status::ready) {
        through.sweep();
        std::this_thread::yield();
    }
    CAF_CHECK_EQUAL(fate(answer), "deadline_exceeded");
    CAF_CHECK_EQUAL(meters.asks_timed_out.Value(), 1);
}

CAF_TEST(a deadline that is not over leaves questions alone) {
    bridge through{system, meters, 60s, 10, 500ms};
    reader.held = true;
    auto answer = ask(through, readers);
    through.sweep();
    through.close();
    CAF_CHECK_EQUAL(fate(answer), "unavailable");
    CAF_CHECK_EQUAL(meters.asks_timed_out.Value(), 0);
}

CAF_TEST(only so many may wait) {
    reader.held = true;
    bridge through{system, meters, 60s, 2, 500ms};
    auto first = ask(through, readers);
    auto second = ask(through, readers);
    auto third = ask(through, readers);
    CAF_CHECK_EQUAL(fate(third), "overloaded");
    through.close();
    CAF_CHECK_EQUAL(fate(first), "unavailable");
    CAF_CHECK_EQUAL(fate(second), "unavailable");
}

CAF_TEST(what is vital is let in when the others are refused) {
    reader.held = true;
    bridge through{system, meters, 60s, 1, 500ms};
    auto first = ask(through, readers);
    auto second = ask(through, readers);
    CAF_CHECK_EQUAL(fate(second), "overloaded");
    auto vital = ask<children_report>(through, wallet, list_children{1}, ask_role::vital);
    CAF_CHECK_EQUAL(fate(vital), "ok");
    through.close();
    CAF_CHECK_EQUAL(fate(first), "unavailable");
}

CAF_TEST(while changes take long fewer are let in) {
    bridge through{system, meters, 60s, 1000, 0ms};
    reader.held = true;
    std::vector<std::future<outcome<lots>>> held;
    for (int i = 0; i < 200; ++i)
        held.push_back(ask(through, readers));
    auto change = ask<children_report>(through, wallet, list_children{1}, ask_role::change);
    CAF_CHECK_EQUAL(fate(change), "ok");
    through.sweep();
    CAF_CHECK_EQUAL(through.limit(), 160u);
    auto refused = ask(through, readers);
    CAF_CHECK_EQUAL(fate(refused), "overloaded");
    through.close();
}

CAF_TEST(who has got an answer makes room for the next) {
    bridge through{system, meters, 60s, 1, 500ms};
    for (int i = 0; i < 5; ++i) {
        auto answer = ask(through, readers);
        CAF_CHECK_EQUAL(fate(answer), "ok");
    }
}

CAF_TEST(closed it fails those who wait and those who come) {
    reader.held = true;
    bridge through{system, meters, 60s, 10, 500ms};
    auto waiting = ask(through, readers);
    through.close();
    CAF_CHECK_EQUAL(fate(waiting), "unavailable");
    auto later = ask(through, readers);
    CAF_CHECK_EQUAL(fate(later), "unavailable");
}

CAF_TEST_FIXTURE_SCOPE_END()
