#include "tests/simulation/generation_engine.hpp"

#include <array>
#include <fstream>

namespace atelier::test {
namespace {

using namespace std::chrono_literals;

/// A grey pixel.
constexpr std::array<unsigned char, 67> tiny_png{
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00,
    0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81,
    0x77, 0xcd, 0x72, 0xb6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

} // namespace

// -- elsewhere ----------------------------------------------------------------------------------------------

std::string remote_model::begin(generation_id generation) {
    auto work = name_ + "-" + std::to_string(++last_);
    works_.emplace(work, generation);
    return work;
}

std::optional<generation_id> remote_model::forget_some(dice& chance) {
    if (works_.empty())
        return std::nullopt;
    const auto work = chance.of(works_);
    works_.erase(work.first);
    return work.second;
}

// -- the book -----------------------------------------------------------------------------------------------

void generation_book::lost_actor(generation_id id, const database& tables,
                                 const std::vector<remote_model>& remotes) {
    auto& entry = of(id);
    ++entry.may_submit;
    const auto row = tables.generations.find(id);
    const bool noted =
        row != tables.generations.end() && std::ranges::any_of(remotes, [&](const remote_model& remote) {
            const auto& run = row->second.run;
            return remote.name() == run.engine && remote.finds_again() && remote.knows(run.engine_job);
        });
    if (!noted) {
        ++entry.may_begin;
        ++entry.lost;
    }
}

void generation_book::lost_process(const database& tables, const std::vector<remote_model>& remotes) {
    for (const auto& [id, row] : tables.generations) {
        auto& entry = of(id);
        if (entry.submitted > 0)
            lost_actor(id, tables, remotes);
        else
            ++entry.lost; // no engine has heard of it
        entry.excused = entry.unheard = false;
    }
}

// -- the driver ---------------------------------------------------------------------------------------------

void engine_model::submit(engine_job what, engine_callbacks callbacks) {
    if (cut_off_)
        return;
    on_submit(what.id);
    auto& known = book_.of(what.id);
    ++known.submitted;
    job next;
    next.generation = what.id;
    next.tell = std::move(callbacks);
    if (!ignores_attach_ && remote_.finds_again() && remote_.knows(what.attach_to)) {
        next.work = what.attach_to;
        ++attached;
    } else {
        next.work = remote_.begin(what.id);
        ++known.begun;
        if (known.begun > known.may_begin)
            world_.complain("generation " + std::to_string(what.id.value) + " is paid for again at " +
                            remote_.name());
    }
    world_.note(remote_.name() + " has generation " + std::to_string(what.id.value) + " as " + next.work);
    jobs_.push_back(std::move(next));
    if (known_jobs() > slots_)
        world_.complain(remote_.name() + " has more jobs than slots");
}

std::size_t engine_model::known_jobs() const {
    return static_cast<std::size_t>(std::ranges::count_if(jobs_, [this](const job& j) {
        const auto& known = book_.of(j.generation);
        return !known.excused && !known.unheard;
    }));
}

void engine_model::cancel(generation_id what) {
    for (auto& j : jobs_)
        if (j.generation == what)
            j.cancelled = true;
}

void engine_model::cut_off() {
    cut_off_ = true;
    jobs_.clear();
}

void engine_model::step(const engine_faults& faults) {
    auto& chance = world_.chance;
    const auto index = chance.below(jobs_.size());
    auto& j = jobs_[index];
    if (j.cancelled && !chance.chance(faults.cancel_ignored)) {
        // A generation that crashes before its end is committed knows nothing of it, and begins again.
        remote_.forget(j.work);
        ++book_.of(j.generation).may_begin;
        end(index, engine_failure{true, "canceled", engine_fault::ended});
    } else if (chance.chance(faults.slow)) {
        progress(j);
    } else if (chance.chance(faults.failure)) {
        remote_.forget(j.work);
        ++book_.of(j.generation).may_begin;
        end(index, failure_of_some_kind());
    } else {
        end(index, picture());
    }
}

void engine_model::progress(job& at) {
    if (remote_.finds_again() && !std::exchange(at.accepted, world_.chance.chance(80)))
        at.tell.accepted(at.work);
    else
        at.tell.progress(world_.chance.between(0, 100) / 100.0);
}

void engine_model::end(std::size_t index, engine_outcome result) {
    const auto j = std::move(jobs_[index]);
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(index));
    const auto* failed = std::get_if<engine_failure>(&result);
    world_.note(remote_.name() + " ends " + j.work + ": " +
                (failed == nullptr ? "a picture"
                                   : std::string{to_string(failed->fault)} +
                                         (failed->transient ? ", try again" : ", for good")));
    j.tell.finished(std::move(result));
}

engine_result engine_model::picture() {
    engine_result result;
    result.file = pictures_ / ("picture-" + std::to_string(world_.chance.next()));
    result.content_type = "image/png";
    result.width = result.height = 1;
    std::ofstream out{result.file, std::ios::binary};
    const auto size = world_.chance.chance(95) ? tiny_png.size() : 20; // or it is cut off
    for (std::size_t i = 0; i < size; ++i)
        out.put(static_cast<char>(tiny_png.at(i)));
    return result;
}

engine_failure engine_model::failure_of_some_kind() {
    auto& chance = world_.chance;
    static constexpr std::array faults{engine_fault::job,    engine_fault::busy,  engine_fault::engine,
                                       engine_fault::engine, engine_fault::setup, engine_fault::ended};
    engine_failure failed{chance.chance(70), "it failed", chance.of(faults)};
    if (failed.fault == engine_fault::busy || chance.chance(20))
        failed.retry_after = std::chrono::milliseconds{chance.between(0, 20'000)};
    return failed;
}

} // namespace atelier::test
