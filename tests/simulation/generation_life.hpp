#pragma once

#include "actors/generations.hpp"
#include "actors/images.hpp"
#include "actors/runtime/event_hub.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "tests/simulation/generation_engine.hpp"
#include "tests/simulation/memory_store.hpp"
#include "tests/simulation/slot_watch.hpp"
#include "tests/support/seeded_random.hpp"
#include "tests/support/temporary_directory.hpp"

#include <memory>
#include <vector>

namespace atelier::test {

/// What outlives every process.
struct generation_world : world {
    generation_world(simulation_runtime& r, std::uint64_t seed, std::ostream* to) : world{r, seed, to} {}

    std::vector<remote_model> remotes;
    generation_book book;
    temporary_directory directory;
    seeded_random random;
    std::unique_ptr<memory_store> files;
};

struct life_settings {
    std::size_t slots = 1; ///< of each engine
    bool fallback = false; ///< the engines stand in for each other
    std::int32_t attempts_max = 3;
    std::size_t image_queue = 4;
    circuit_breaker_rules breaker{2, std::chrono::seconds{10}};
    slot_bugs slots_of_dispatcher;
    bool ignores_attach = false;
};

/// What one life of the process has besides wallets and writers: the real generations and dispatcher, with
/// models of engines and of the threads that look at images. Its `process` must be killed before it goes.
class generation_life {
public:
    generation_life(generation_world& w, const life_settings& how);
    generation_life(const generation_life&) = delete;
    generation_life& operator=(const generation_life&) = delete;

    /// Nothing that is said from now on reaches an engine.
    void cut_off();

    [[nodiscard]] const generations_actor& generations() const { return generations_; }
    [[nodiscard]] std::vector<engine_model*>& drivers() { return drivers_; }
    [[nodiscard]] worker_pool& images() { return pool_; }
    [[nodiscard]] const queue_depths& depths() const { return depths_; }
    /// Slots that the dispatcher believes to be in use.
    [[nodiscard]] double slots_in_use();
    [[nodiscard]] const slot_watch& watch() const { return watch_; }
    /// How many jobs went to another engine than their first.
    [[nodiscard]] std::size_t elsewhere() const { return elsewhere_; }

    /// The actor of that generation ends as if a handler had thrown; false when there is none.
    bool crash_generation(generation_id id);
    void crash_dispatcher();
    [[nodiscard]] bool dispatcher_down() const { return watch_.down; }
    void restart_dispatcher();

private:
    void start_dispatcher();
    engine_set make_engines();
    void submitted(generation_id id, engine_id engine);
    void requested(const request_slot& command, std::size_t on_their_way);

    generation_world& world_;
    life_settings how_;
    slot_watch watch_;
    std::vector<engine_model*> drivers_;
    engine_set engines_;
    image_library library_;
    worker_pool pool_;
    event_hub news_;
    queue_depths depths_;
    dispatcher_context dispatching_;
    tracer untraced_{{}, {}};
    generation_context context_;
    dispatcher_actor dispatcher_;
    generations_actor generations_;
    std::size_t elsewhere_ = 0;
};

} // namespace atelier::test
