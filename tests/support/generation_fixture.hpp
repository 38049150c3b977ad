#pragma once

#include "actors/dispatcher.hpp"
#include "actors/generations.hpp"
#include "actors/images.hpp"
#include "actors/runtime/event_hub.hpp"
#include "actors/runtime/roster.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "actors/writer.hpp"
#include "persistence/blobs/disk.hpp"
#include "tests/support/deterministic.hpp"
#include "tests/support/fake_committer.hpp"
#include "tests/support/fake_reader.hpp"
#include "tests/support/fake_wallets.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/sequence_ids.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <fstream>
#include <stdexcept>

/// A generation among doubles of everything around it; included by its tests alone.
using namespace atelier;
using namespace std::chrono_literals;

namespace {

constexpr user_id anna{1};
constexpr user_id boris{2};
constexpr generation_id job{5};
constexpr style_id special{9};
using record_asked = test::asked<outcome<generation_record>>;

/// An engine that only writes down what it is given.
class fake_engine final : public engine {
public:
    explicit fake_engine(std::string_view name) : name_{name} {}

    [[nodiscard]] std::string_view name() const override { return name_; }
    void submit(engine_job what, engine_callbacks callbacks) override {
        if (broken)
            throw std::runtime_error{"a handler that throws"};
        jobs.push_back(std::move(what));
        tell = std::move(callbacks);
    }
    void cancel(generation_id what) override { cancelled.push_back(what); }
    void stop() override {}

    std::vector<engine_job> jobs;
    std::vector<generation_id> cancelled;
    engine_callbacks tell; ///< of the last job
    bool broken = false;

private:
    std::string_view name_;
};

/// A set of two: "fake", and "other" to fall back on, which only "special" styles begin with.
inline std::unique_ptr<engine_set> fake_engines(bool fallback) {
    std::vector<engine_set::member> members;
    members.push_back({std::make_unique<fake_engine>("fake"), 1});
    members.push_back({std::make_unique<fake_engine>("other"), 1});
    std::vector usual{engine_id{0}};
    if (fallback)
        usual.push_back(engine_id{1});
    return std::make_unique<engine_set>(std::move(members), std::move(usual),
                                        std::unordered_map<style_id, engine_id>{{special, engine_id{1}}});
}

/// One generation with a real dispatcher and writer; database, wallets, engine and image threads are the
/// test.
struct fixture : test::deterministic {
    explicit fixture(bool fallback = false) : engines{fake_engines(fallback)} {
        generation_job loaded;
        loaded.generation.id = job;
        loaded.generation.user = anna;
        loaded.generation.cost = 4;
        loaded.generation.created_at = time.now();
        loaded.generation.deadline = time.now() + 10min;
        loaded.generation.spends = {{purchase_id{1}, 3}, {purchase_id{2}, 1}};
        loaded.input.key = "abcdefghijklmnopqrstuvwxyz12";
        loaded.input.room_type = "kitchen";
        loaded.style.prompt = "A bright {room_type}";
        reader.job = loaded;
        actors.set(owned(reader.spawn(system)));
        actors.set(owned(wallets.spawn(system)));
        actors.set(dispatcher);
        actors.set_writer_count(1);
        actors.set_writer(0, owned(writer_actor{system.spawn(writer_behavior, &writing)}));
        actor = owned(generation_actor{system.spawn(generation_behavior, &context, job)});
        settle();
    }
    ~fixture() {
        engine.tell = {};
        other.tell = {};
        image_pool = nullptr;
        end_all();
    }

    void start() {
        caf::anon_send(actor, start_generation{job});
        settle();
    }

    /// Somebody else takes the only slot.
    void occupy() {
        const generation_id foreign{1};
        const auto behave = [this,
                             foreign](generation_actor::pointer self) -> generation_actor::behavior_type {
            return {
                [this, self, foreign](start_generation) {
                    self->send(dispatcher, request_slot{foreign, boris, {engine_id{0}}});
                },
                [](cancel_generation) { return outcome<generation_record>{errc::internal}; },
                [](slot_granted) {},
                [](const engine_accepted&) {},
                [](engine_progressed) {},
                [](const engine_finished&) {},
                [](const output_stored&) {},
                [](generation_timer) {},
                [](retire) { return retired{}; },
            };
        };
        caf::anon_send(owned(generation_actor{system.spawn(behave)}), start_generation{foreign});
        settle();
    }

    /// Another one, which knows nothing of what the last one did.
    void restart_dispatcher() {
        crash(dispatcher);
        dispatcher = owned(dispatcher_actor{system.spawn(dispatcher_behavior, &dispatching)});
        actors.set(dispatcher);
    }

    /// Up to where the engine has it.
    void run() {
        start();
        finish();
    }

    record_asked cancel(user_id user = anna) {
        auto sent = ask<outcome<generation_record>>(actor, cancel_generation{job, user});
        settle();
        return sent;
    }

    void finish(std::initializer_list<verdict_kind> kinds = {}) {
        store.finish(kinds);
        settle();
    }

    void engine_says(engine_outcome result) { says(engine, std::move(result)); }
    void says(fake_engine& who, engine_outcome result) {
        auto tell = who.tell.finished;
        tell(std::move(result));
        settle();
    }
    /// A cancelled job has left the engine.
    void engine_lets_go() { engine_says(engine_failure{true, "canceled", engine_fault::ended}); }

    engine_result picture() {
        engine_result result;
        result.file = directory.path() / "picture";
        std::ofstream{result.file} << "picture";
        return result;
    }

    void stored(outcome<new_image> image) {
        caf::anon_send(actor, output_stored{std::move(image)});
        settle();
    }

    static new_image output() {
        new_image image;
        image.id = image_id{77};
        image.output = true;
        return image;
    }

    /// What the database says of the generation from now on.
    void found(generation_status status) { reader.job->generation.status = status; }

    bool idle() {
        const auto sent = ask<retired>(actor, retire{});
        settle();
        return sent->idle;
    }

    [[nodiscard]] const generation_change& last_change() const {
        return store.last().at(0).generation_changes.at(0);
    }

    test::temporary_directory directory;
    disk_store blobs{directory.path()};
    test::sequence_ids ids;
    test::seeded_random random;
    image_library images{blobs, ids, random, "local", {}, directory.path()};
    std::unique_ptr<worker_pool> image_pool = std::make_unique<worker_pool>(0, 1);
    test::fake_committer store;
    test::fake_reader reader;
    test::fake_wallets wallets;
    std::unique_ptr<engine_set> engines;
    fake_engine& engine = dynamic_cast<fake_engine&>(engines->at({0}));
    fake_engine& other = dynamic_cast<fake_engine&>(engines->at({1}));
    event_hub hub{time};
    roster actors;
    queue_depths depths;
    dispatcher_context dispatching{time, meters, depths, *engines, {2, 10s}, hub};
    dispatcher_actor dispatcher = owned(dispatcher_actor{system.spawn(dispatcher_behavior, &dispatching)});
    writer_context writing{store, meters, 10, 10};
    std::vector<span> spans;
    std::uint64_t last_span = 0;
    tracer tracing{[this](const span& ended) { spans.push_back(ended); }, [this] { return ++last_span; }};
    generation_context context{
        time, actors, meters, hub, *engines, images, *image_pool, 2, [] { return 0.0; }, tracing};
    std::string news;
    event_hub::subscription listening = hub.listen(
        anna, job, [this](const event_ptr& told) { news += told->name + (told->last ? "! " : " "); });
    generation_actor actor;
};

inline std::string fate(const record_asked& sent) {
    if (!sent.over())
        return "waiting";
    if (sent.bounced())
        return "bounced";
    return std::string{*sent ? to_string(sent->value().status) : to_string(sent->error().code)};
}

} // namespace
