#pragma once

#include "actors/engines/engine.hpp"
#include "tests/simulation/world.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace atelier::test {

/// A company's machines elsewhere: what has begun there goes on, whatever becomes of our process.
class remote_model {
public:
    /// `finds_again`: whether work there has an id by which it is found again.
    remote_model(std::string name, bool finds_again) : name_{std::move(name)}, finds_again_{finds_again} {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] bool finds_again() const { return finds_again_; }
    [[nodiscard]] bool knows(const std::string& work) const { return works_.contains(work); }
    /// Somebody has to pay for that: the id of the work.
    std::string begin(generation_id generation);
    /// The work has ended badly, or is forgotten: nobody finds it again.
    void forget(const std::string& work) { works_.erase(work); }
    /// It has forgotten some work: whose.
    std::optional<generation_id> forget_some(dice& chance);

private:
    std::string name_;
    bool finds_again_;
    int last_ = 0;
    std::map<std::string, generation_id> works_;
};

/// What is known of the ways of all generations through all lives of the process, and what must be true of
/// them.
class generation_book {
public:
    struct entry {
        int begun = 0;        ///< works that somebody has to pay for
        int may_begin = 1;    ///< works that were to be begun
        int submitted = 0;    ///< attempts that an engine was given
        int may_submit = 0;   ///< beyond the attempts of one life
        int lost = 0;         ///< attempts that may have ended with an actor
        bool excused = false; ///< its slot was lost with an actor; until the process ends
        bool unheard = false; ///< the dispatcher is a new one, and does not know yet whether it has a slot
    };

    entry& of(generation_id id) { return entries_[id]; }
    [[nodiscard]] const std::map<generation_id, entry>& entries() const { return entries_; }
    /// Its actor has gone, by a crash or with the process. What the tables have noted can be found again.
    void lost_actor(generation_id id, const database& tables, const std::vector<remote_model>& remotes);
    /// The process has died.
    void lost_process(const database& tables, const std::vector<remote_model>& remotes);

private:
    std::map<generation_id, entry> entries_;
};

/// What may go wrong at an engine, in percent of its chances.
struct engine_faults {
    int slow = 0; ///< it goes on, and is not done yet
    int failure = 0;
    int cancel_ignored = 0; ///< a cancelled job delivers all the same
};

/// A driver of our process to one of them. Jobs go on when the scheduler says so, one step of one job at a
/// time.
class engine_model final : public engine {
public:
    /// `pictures`: where it puts what it delivers.
    engine_model(world& w, remote_model& remote, generation_book& book, std::size_t slots,
                 std::filesystem::path pictures, bool ignores_attach)
        : world_{w}, remote_{remote}, book_{book}, slots_{slots}, pictures_{std::move(pictures)},
          ignores_attach_{ignores_attach} {}

    [[nodiscard]] std::string_view name() const override { return remote_.name(); }
    void submit(engine_job what, engine_callbacks callbacks) override;
    void cancel(generation_id what) override;
    void stop() override {}

    [[nodiscard]] bool busy() const { return !jobs_.empty(); }
    /// Jobs of whose slots the dispatcher knows.
    [[nodiscard]] std::size_t known_jobs() const;
    void step(const engine_faults& faults);
    /// The process has died: nobody hears of its jobs any more.
    void cut_off();

    /// Told of each job that comes.
    std::function<void(generation_id)> on_submit;

    std::size_t attached = 0; ///< jobs that went on with earlier work

private:
    struct job {
        generation_id generation;
        engine_callbacks tell;
        std::string work; ///< "" until the engine has it
        bool accepted = false;
        bool cancelled = false;
    };

    void progress(job& at);
    void end(std::size_t index, engine_outcome result);
    [[nodiscard]] engine_result picture();
    [[nodiscard]] engine_failure failure_of_some_kind();

    world& world_;
    remote_model& remote_;
    generation_book& book_;
    std::size_t slots_;
    std::filesystem::path pictures_;
    bool ignores_attach_;
    bool cut_off_ = false;
    std::vector<job> jobs_;
};

} // namespace atelier::test
