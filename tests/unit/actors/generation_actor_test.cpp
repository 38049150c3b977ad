#define CAF_SUITE generation_actor

#include "tests/support/generation_fixture.hpp"

#include <type_traits>

static_assert(!std::is_aggregate_v<generation_state>);
static_assert(!std::is_aggregate_v<generations_state>);

CAF_TEST_FIXTURE_SCOPE(generation_tests, fixture)

CAF_TEST(it waits for a slot and runs and stores its output and ends in one commit) {
    start();
    CAF_REQUIRE(store.busy());
    CAF_CHECK_EQUAL(to_string(last_change().expected), "queued");
    CAF_CHECK_EQUAL(to_string(last_change().status), "running");
    CAF_CHECK_EQUAL(store.last()[0].run_changes.at(0).attempt, 1);
    CAF_CHECK_EQUAL(store.last()[0].run_changes.at(0).engine, "fake");
    CAF_CHECK(engine.jobs.empty());
    finish();
    CAF_REQUIRE_EQUAL(engine.jobs.size(), 1u);
    CAF_CHECK_EQUAL(engine.jobs[0].prompt, "A bright kitchen");
    const auto input = engine.jobs[0].input.filename();
    CAF_CHECK_EQUAL(input.string(), "abcdefghijklmnopqrstuvwxyz12");
    CAF_CHECK_EQUAL(news, "status ");
    CAF_CHECK(!idle());

    engine_says(picture());
    stored(output());
    CAF_CHECK_EQUAL(to_string(last_change().expected), "running");
    CAF_CHECK_EQUAL(to_string(last_change().status), "succeeded");
    CAF_CHECK(last_change().output_image == image_id{77});
    CAF_CHECK_EQUAL(store.last()[0].new_images.size(), 1u);
    CAF_CHECK_EQUAL(store.last()[0].webhook_events.at(0).type, "generation.succeeded");
    CAF_CHECK(store.last()[0].webhook_events[0].payload.find(R"("output_image_id":77)") != std::string::npos);
    CAF_CHECK_EQUAL(news, "status ");
    finish();
    CAF_CHECK_EQUAL(news, "status status! ");
    CAF_CHECK(idle());
    CAF_CHECK(wallets.refunds.empty());
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
}

CAF_TEST(its steps are spans of the trace of the request that began it) {
    start_generation begun{job, anna, time.now() + 10min, style_id{}};
    begun.why = cause{{1, 2, 77}, "order-7"};
    caf::anon_send(actor, begun);
    settle();
    finish();
    CAF_CHECK_EQUAL(engine.jobs.at(0).why.request_id, "order-7");
    const auto at_engine = engine.jobs[0].why.trace.span;
    engine_says(picture());
    stored(output());
    finish();
    std::vector<std::string> names;
    for (const auto& each : spans) {
        names.emplace_back(each.name);
        CAF_CHECK_EQUAL(each.trace.trace_id(), "00000000000000010000000000000002");
        CAF_CHECK_EQUAL(each.request_id, "order-7");
        CAF_CHECK_EQUAL(each.parent, each.name == "generation" ? 77u : spans.back().trace.span);
    }
    CAF_CHECK((names == std::vector<std::string>{"generation.queue", "generation.engine", "generation.store",
                                                 "generation"}));
    CAF_CHECK_EQUAL(spans.at(1).trace.span, at_engine);
}

CAF_TEST(what goes on after a restart has a trace of its own) {
    run();
    engine_says(engine_failure{false, "no"});
    CAF_REQUIRE(spans.size() >= 2);
    CAF_CHECK(spans[0].trace.is_known());
    CAF_CHECK_EQUAL(spans[0].trace.trace_id(), spans[1].trace.trace_id());
    CAF_CHECK_EQUAL(std::get<std::string>(spans[1].attributes.back().second), "job");
}

CAF_TEST(progress is told in steps of a percent and never of an old attempt) {
    run();
    for (const double done : {0.0, 0.005, 0.02, 0.025, 0.5, 0.4, 1.5})
        engine.tell.progress(done);
    settle();
    CAF_CHECK_EQUAL(news, "status progress progress progress ");
    caf::anon_send(actor, engine_progressed{7, 0.9});
    settle();
    CAF_CHECK_EQUAL(news, "status progress progress progress ");
}

CAF_TEST(a new one is read only when it has a slot) {
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    CAF_CHECK_EQUAL(reader.reads, 1);
    CAF_REQUIRE(store.busy());
    CAF_CHECK_EQUAL(to_string(last_change().status), "running");
}

CAF_TEST(a new one that gets no slot ends at its deadline) {
    occupy();
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    CAF_CHECK_EQUAL(reader.reads, 0);
    CAF_CHECK_EQUAL(depths.total(), 1u);
    CAF_CHECK(!idle());
    advance(10min);
    settle();
    CAF_CHECK_EQUAL(reader.reads, 1);
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    CAF_CHECK_EQUAL(depths.total(), 0u);
}

CAF_TEST(a new one that is cancelled before it was read returns its tokens) {
    occupy();
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    (void)cancel();
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    CAF_CHECK_EQUAL(depths.total(), 0u);
}

CAF_TEST(a slot for one that cannot be read is kept until it can) {
    const auto there = reader.job;
    reader.job = errc::unavailable;
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    CAF_CHECK(!store.busy());
    reader.job = there;
    advance(10s);
    settle();
    CAF_CHECK(store.busy());
}

CAF_TEST(a slot for one that is not there is given back) {
    reader.job = errc::not_found;
    caf::anon_send(actor, start_generation{job, anna, time.now() + 10min, style_id{}});
    settle();
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
    CAF_CHECK(idle());
}

CAF_TEST(a cancel while it waits returns the tokens and the engine never sees it) {
    occupy();
    start();
    CAF_CHECK_EQUAL(depths.total(), 1u);
    wallets.held = true;
    const auto sent = cancel();
    CAF_CHECK_EQUAL(fate(sent), "waiting");
    CAF_REQUIRE_EQUAL(wallets.refunds.size(), 1u);
    const auto& refund = wallets.refunds[0];
    CAF_CHECK(refund.user == anna);
    CAF_CHECK_EQUAL(refund.parts.size(), 2u);
    CAF_CHECK_EQUAL(to_string(refund.change.expected), "queued");
    CAF_CHECK_EQUAL(to_string(refund.change.status), "failed");
    CAF_CHECK_EQUAL(refund.change.error, "canceled");
    CAF_CHECK_EQUAL(refund.events.at(0).type, "generation.failed");
    CAF_CHECK(refund.events[0].payload.find(R"("code":"canceled")") != std::string::npos);
    wallets.release();
    settle();
    CAF_CHECK_EQUAL(fate(sent), "failed");
    CAF_CHECK_EQUAL(depths.total(), 0u);
    CAF_CHECK(engine.jobs.empty() && engine.cancelled.empty());
    CAF_CHECK_EQUAL(news, "status! ");
    CAF_CHECK(idle());
}

CAF_TEST(a cancel while it runs takes it from the engine and a late picture is thrown away) {
    run();
    const auto sent = cancel();
    CAF_CHECK_EQUAL(fate(sent), "failed");
    CAF_CHECK(engine.cancelled == std::vector{job});
    CAF_CHECK_EQUAL(to_string(wallets.refunds.at(0).change.expected), "running");
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 1);
    CAF_CHECK(!idle());
    const auto late = picture();
    engine_says(late);
    CAF_CHECK(!std::filesystem::exists(late.file));
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
    CAF_CHECK(idle());
}

CAF_TEST(a cancel that comes too late gets what it became) {
    run();
    engine_says(picture());
    stored(output());
    const auto sent = cancel();
    CAF_CHECK_EQUAL(fate(sent), "waiting");
    finish();
    CAF_CHECK_EQUAL(fate(sent), "succeeded");
    CAF_CHECK_EQUAL(fate(cancel()), "succeeded");
    CAF_CHECK(wallets.refunds.empty());
}

CAF_TEST(nobody cancels what belongs to another) {
    // Neither before it is loaded nor afterwards.
    reader.held = true;
    const auto early = cancel(boris);
    CAF_CHECK_EQUAL(fate(early), "waiting");
    reader.release();
    settle();
    CAF_CHECK_EQUAL(fate(early), "not_found");
    CAF_CHECK_EQUAL(fate(cancel(boris)), "not_found");
    CAF_CHECK(wallets.refunds.empty());
    finish();
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
}

CAF_TEST(a cancel before it is loaded is not lost) {
    reader.held = true;
    const auto foreign = cancel(boris);
    const auto sent = cancel(anna);
    reader.release();
    settle();
    CAF_CHECK_EQUAL(fate(foreign), "not_found");
    CAF_CHECK_EQUAL(fate(sent), "failed");
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
}

CAF_TEST(what is not there cannot be cancelled) {
    reader.job = errc::not_found;
    CAF_CHECK_EQUAL(fate(cancel()), "not_found");
    CAF_CHECK(idle());
}

CAF_TEST(a failure of the engine returns the tokens with its reason) {
    run();
    engine_says(engine_failure{false, "no room in the picture"});
    CAF_CHECK_EQUAL(wallets.refunds.at(0).change.error, "engine_failed: no room in the picture");
    CAF_CHECK(idle());
    CAF_CHECK_EQUAL(news, "status status! ");
}

CAF_TEST(a stumble is tried again after a pause and only so often) {
    run();
    engine_says(engine_failure{true, "busy"});
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
    CAF_CHECK(wallets.refunds.empty());
    elapse(499ms);
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
    elapse(1ms);
    CAF_CHECK_EQUAL(store.last()[0].run_changes.at(0).attempt, 2);
    finish();
    CAF_CHECK_EQUAL(engine.jobs.size(), 2u);
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 1);
    engine_says(engine_failure{true, "still busy"});
    CAF_CHECK_EQUAL(wallets.refunds.at(0).change.error, "engine_failed: still busy");
    CAF_CHECK_EQUAL(engine.jobs.size(), 2u);
}

CAF_TEST(the deadline ends it wherever it is) {
    run();
    elapse(10min);
    CAF_CHECK(engine.cancelled == std::vector{job});
    CAF_CHECK_EQUAL(wallets.refunds.at(0).change.error, "deadline_exceeded");
    engine_lets_go();
    CAF_CHECK(idle());
}

CAF_TEST(what is found after its deadline is ended at once) {
    time.advance(10min);
    start();
    CAF_CHECK_EQUAL(wallets.refunds.at(0).change.error, "deadline_exceeded");
    CAF_CHECK(store.batches.empty());
}

CAF_TEST(what was running when the service ended goes on with the next attempt) {
    found(generation_status::running);
    reader.job->generation.attempt = 1;
    start();
    CAF_CHECK(store.last()[0].generation_changes.empty());
    CAF_CHECK_EQUAL(store.last()[0].run_changes.at(0).attempt, 2);
    finish();
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
    engine_says(engine_failure{true, "busy"});
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
}

CAF_TEST(a prompt that cannot be read is a failure and not a crash) {
    reader.job->style.prompt = "{nothing}";
    run();
    CAF_CHECK(engine.jobs.empty());
    CAF_CHECK_EQUAL(wallets.refunds.at(0).change.error.substr(0, 13), "engine_failed");
    CAF_CHECK(idle());
}

CAF_TEST(an output that cannot be stored is a failure) {
    run();
    engine_says(picture());
    stored(failure{errc::invalid_image, "not a picture"});
    CAF_CHECK_EQUAL(wallets.refunds.at(0).change.error, "storage_failed: not a picture");
}

CAF_TEST(an output that fails too late does not change why it failed) {
    run();
    engine_says(picture());
    wallets.held = true;
    elapse(10min);
    stored(failure{errc::invalid_image, "not a picture"});
    const auto told = cancel();
    wallets.release();
    settle();
    CAF_REQUIRE(told.over());
    CAF_CHECK_EQUAL(told->value().error, "deadline_exceeded");
}

CAF_TEST(too much image work is a failure) {
    CAF_CHECK(image_pool->submit([] {}));
    run();
    engine_says(picture());
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
}

CAF_TEST(a refund that is refused reads again and goes by what is there) {
    run();
    wallets.answer = errc::state_conflict;
    wallets.held = true;
    const auto sent = cancel();
    found(generation_status::running);
    reader.job->generation.spends = {{purchase_id{1}, 4}};
    wallets.release();
    wallets.held = true;
    wallets.answer = receipt{};
    settle();
    CAF_REQUIRE_EQUAL(wallets.refunds.size(), 2u);
    CAF_CHECK_EQUAL(wallets.refunds[1].parts.size(), 1u);
    wallets.release();
    settle();
    CAF_CHECK_EQUAL(fate(sent), "failed");
}

CAF_TEST(what somebody else has ended stays ended) {
    run();
    wallets.answer = errc::state_conflict;
    found(generation_status::succeeded);
    const auto sent = cancel();
    CAF_CHECK_EQUAL(fate(sent), "succeeded");
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    CAF_CHECK_EQUAL(news, "status status! ");
    engine_lets_go();
    CAF_CHECK(idle());
}

CAF_TEST(a refund that cannot be written now is tried again) {
    run();
    wallets.answer = errc::unavailable;
    const auto sent = cancel();
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    wallets.answer = receipt{};
    elapse(500ms);
    CAF_CHECK_EQUAL(wallets.refunds.size(), 2u);
    CAF_CHECK_EQUAL(fate(sent), "failed");
}

CAF_TEST(a start that cannot be written now is tried again) {
    start();
    finish({verdict_kind::unavailable});
    CAF_CHECK(engine.jobs.empty());
    elapse(500ms);
    finish();
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
}

CAF_TEST(a cancel while the start is tried again gives the tokens back once) {
    start();
    finish({verdict_kind::unavailable});
    CAF_CHECK_EQUAL(fate(cancel()), "failed");
    elapse(1s);
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    CAF_CHECK_EQUAL(news, "status! ");
}

CAF_TEST(a cancel while the start is tried again waits for one refund only) {
    start();
    finish({verdict_kind::unavailable});
    wallets.held = true;
    const auto sent = cancel();
    elapse(1s);
    CAF_CHECK_EQUAL(wallets.refunds.size(), 1u);
    wallets.release();
    settle();
    CAF_CHECK_EQUAL(fate(sent), "failed");
}

CAF_TEST(a cancel while the start is being written waits for what is in the database) {
    start();
    wallets.held = true;
    const auto sent = cancel();
    CAF_CHECK_EQUAL(to_string(wallets.refunds.at(0).change.expected), "queued");
    finish();
    found(generation_status::running);
    wallets.answer = errc::state_conflict;
    wallets.release();
    wallets.held = true;
    wallets.answer = receipt{};
    settle();
    CAF_REQUIRE_EQUAL(wallets.refunds.size(), 2u);
    CAF_CHECK_EQUAL(to_string(wallets.refunds[1].change.expected), "running");
    wallets.release();
    settle();
    CAF_CHECK_EQUAL(fate(sent), "failed");
    CAF_CHECK(engine.jobs.empty());
}

CAF_TEST(a reader that is away is asked again) {
    reader.job = errc::unavailable;
    start();
    CAF_CHECK(idle());
    generation_job loaded;
    loaded.generation.id = job;
    loaded.generation.user = anna;
    loaded.generation.deadline = time.now() + 10min;
    loaded.input.key = "abcdefghijklmnopqrstuvwxyz12";
    loaded.style.prompt = "A bright kitchen";
    reader.job = loaded;
    elapse(1s);
    finish();
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
}

CAF_TEST(a slot that comes too late is given back) {
    run();
    (void)cancel();
    engine_lets_go();
    caf::anon_send(actor, slot_granted{job, {}});
    settle();
    CAF_CHECK_EQUAL(meters.engine("fake").running.Value(), 0);
    CAF_CHECK_EQUAL(store.batches.size(), 1u);
}

CAF_TEST(one that crashes is taken up again at once) {
    const directory_options options{time, meters, 1h, 5, 1min};
    const auto family = owned(generations_actor{system.spawn(generations_behavior, &context, options)});
    engine.broken = true;
    caf::anon_send(family, start_generation{job});
    settle();
    finish();
    CAF_CHECK_EQUAL(meters.actor("generation").restarts.Value(), 1);
    CAF_CHECK_EQUAL(reader.reads, 2);
    engine.broken = false;
    finish();
    CAF_CHECK_EQUAL(engine.jobs.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
