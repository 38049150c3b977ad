#define CAF_SUITE generation_engines

#include "tests/support/generation_fixture.hpp"

/// Which engine a generation goes to, what it tells the dispatcher of it, and how it goes on with work of an
/// earlier life.
namespace {

struct fallback_fixture : fixture {
    fallback_fixture() : fixture{true} {}
};

engine_failure failing(engine_fault fault, bool transient = true) {
    return engine_failure{transient, "no answer", fault};
}

const generation_run_change& last_run(const fixture& of) {
    return of.store.last().at(0).run_changes.at(0);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(generation_engines_tests, fixture)

CAF_TEST(the slot is free for others while the output is stored) {
    run();
    engine_says(picture());
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
    CAF_CHECK_EQUAL(meters.engine("fake").good.Value(), 1);
    CAF_CHECK(!idle());
}

CAF_TEST(the id of the engine is noted and stays with the record) {
    run();
    engine.tell.accepted("job-7");
    settle();
    CAF_REQUIRE(store.busy());
    CAF_CHECK_EQUAL(last_run(*this).engine, "fake");
    CAF_CHECK_EQUAL(last_run(*this).engine_job, "job-7");
    finish();
    engine_says(picture());
    stored(output());
    CAF_CHECK_EQUAL(last_run(*this).engine_job, "job-7");
}

CAF_TEST(an id of an attempt that is over is not noted) {
    run();
    const auto late = engine.tell.accepted;
    engine_says(failing(engine_fault::busy));
    late("job-7");
    settle();
    CAF_CHECK(!store.busy());
}

CAF_TEST(work of an earlier life is gone on with and is no attempt of its own) {
    found(generation_status::running);
    reader.job->generation.attempt = 2;
    reader.job->generation.engine = "fake";
    reader.job->generation.engine_job = "job-7";
    start();
    CAF_CHECK_EQUAL(last_run(*this).attempt, 2);
    CAF_CHECK_EQUAL(last_run(*this).engine_job, "job-7");
    finish();
    CAF_REQUIRE_EQUAL(engine.jobs.size(), 1u);
    CAF_CHECK_EQUAL(engine.jobs[0].attach_to, "job-7");
    engine_says(failing(engine_fault::engine));
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
}

CAF_TEST(work of an earlier life goes to its engine whatever the style says) {
    found(generation_status::running);
    reader.job->generation.attempt = 1;
    reader.job->generation.engine = "other";
    reader.job->generation.engine_job = "job-7";
    start();
    finish();
    CAF_REQUIRE_EQUAL(other.jobs.size(), 1u);
    CAF_CHECK_EQUAL(other.jobs[0].attach_to, "job-7");
    // The next attempt is an ordinary one.
    says(other, failing(engine_fault::engine));
    elapse(1min);
    CAF_CHECK_EQUAL(last_run(*this).engine_job, "");
    finish();
    CAF_REQUIRE_EQUAL(engine.jobs.size(), 1u);
    CAF_CHECK_EQUAL(engine.jobs[0].attach_to, "");
}

CAF_TEST(work of an earlier life is not begun at another engine by who was told that it waits) {
    found(generation_status::running);
    reader.job->generation.attempt = 1;
    reader.job->generation.engine = "other";
    reader.job->generation.engine_job = "job-7";
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    finish();
    CAF_CHECK(engine.jobs.empty());
    CAF_REQUIRE_EQUAL(other.jobs.size(), 1u);
    CAF_CHECK_EQUAL(other.jobs[0].attach_to, "job-7");
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
}

CAF_TEST(work of an earlier life is gone on with although the first try did not come to the engine) {
    found(generation_status::running);
    reader.job->generation.attempt = 1;
    reader.job->generation.engine = "fake";
    reader.job->generation.engine_job = "job-7";
    start();
    finish();
    engine_says(failing(engine_fault::ended));
    elapse(1min);
    CAF_CHECK_EQUAL(last_run(*this).engine_job, "job-7");
    finish();
    CAF_REQUIRE_EQUAL(engine.jobs.size(), 2u);
    CAF_CHECK_EQUAL(engine.jobs[1].attach_to, "job-7");
}

CAF_TEST(work of an engine that is not there any more begins anew) {
    found(generation_status::running);
    reader.job->generation.attempt = 1;
    reader.job->generation.engine = "sold";
    reader.job->generation.engine_job = "job-7";
    start();
    CAF_CHECK_EQUAL(last_run(*this).attempt, 2);
    finish();
    CAF_REQUIRE_EQUAL(engine.jobs.size(), 1u);
    CAF_CHECK_EQUAL(engine.jobs[0].attach_to, "");
}

CAF_TEST(a style may begin with another engine) {
    reader.job->generation.style = special;
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, special});
    settle();
    finish();
    CAF_CHECK_EQUAL(other.jobs.size(), 1u);
    CAF_CHECK(engine.jobs.empty());
}

CAF_TEST(an engine that asks for a pause gets it) {
    run();
    auto busy = failing(engine_fault::busy);
    busy.retry_after = 30s;
    engine_says(busy);
    CAF_CHECK_EQUAL(meters.engine("fake").busy.Value(), 1);
    elapse(29s);
    CAF_CHECK(!store.busy());
    elapse(1s);
    finish();
    CAF_CHECK_EQUAL(engine.jobs.size(), 2u);
}

CAF_TEST(an engine without credentials ends the generation at once) {
    run();
    engine_says(failing(engine_fault::setup, false));
    CAF_CHECK_EQUAL(meters.engine("fake").bad.Value(), 1);
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
}

CAF_TEST(a dispatcher that was started again is asked again) {
    occupy();
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    restart_dispatcher();
    start();
    CAF_CHECK(store.busy());
}

CAF_TEST(a dispatcher that was started again is told of a slot in use) {
    run();
    restart_dispatcher();
    start();
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 1);
    engine_says(picture());
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
    CAF_CHECK_EQUAL(meters.engine("fake").good.Value(), 1);
}

CAF_TEST(a slot of a dispatcher that is no more is not used) {
    occupy();
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    const auto former = dispatcher;
    restart_dispatcher();
    caf::send_as(former, actor, slot_granted{job, engine_id{1}});
    settle();
    CAF_REQUIRE(store.busy());
    CAF_CHECK_EQUAL(last_run(*this).engine, "fake");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(generation_fallback_tests, fallback_fixture)

CAF_TEST(when an engine is to blame the next one tries) {
    run();
    engine_says(failing(engine_fault::engine));
    elapse(500ms);
    CAF_CHECK_EQUAL(last_run(*this).engine, "other");
    finish();
    CAF_REQUIRE_EQUAL(other.jobs.size(), 1u);
    says(other, picture());
    stored(output());
    CAF_CHECK_EQUAL(to_string(last_change().status), "succeeded");
}

CAF_TEST(credentials that one engine refuses may be right for the next) {
    run();
    engine_says(failing(engine_fault::setup, false));
    elapse(500ms);
    finish();
    CAF_CHECK_EQUAL(other.jobs.size(), 1u);
    CAF_CHECK(wallets.refunds.empty());
}

CAF_TEST(the pause that one engine asks for does not hold up the next) {
    run();
    auto busy = failing(engine_fault::busy);
    busy.retry_after = 1h;
    engine_says(busy);
    elapse(500ms);
    finish();
    CAF_CHECK_EQUAL(other.jobs.size(), 1u);
}

CAF_TEST(what no engine can do is not tried elsewhere) {
    run();
    engine_says(failing(engine_fault::job, false));
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    CAF_CHECK(other.jobs.empty());
}

CAF_TEST(when all have failed the attempts decide) {
    run();
    engine_says(failing(engine_fault::engine));
    elapse(500ms);
    finish();
    says(other, failing(engine_fault::engine));
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
