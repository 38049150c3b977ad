#pragma once

#include "tests/simulation/generation_life.hpp"

#include <map>

namespace atelier::test {

/// Those who order generations, and change their minds. They check every answer when it comes.
class generation_users {
public:
    explicit generation_users(generation_world& w) : world_{w} {}

    /// Somebody orders a generation.
    void spend();
    /// Somebody cancels one, perhaps that of somebody else.
    void cancel(const generations_actor& generations);
    /// The service has died: nobody who waits will be answered.
    void disconnected() { waiting_ = 0; }

    /// Whether somebody waits for an answer.
    [[nodiscard]] bool waiting() const { return waiting_ > 0; }
    [[nodiscard]] std::size_t ordered() const { return ordered_; }

    /// At the end: what they were told, against the tables.
    void audit() const;

    std::size_t accepted = 0;

private:
    void canceled(generation_id id, user_id user, const outcome<generation_record>& answer);

    generation_world& world_;
    std::size_t ordered_ = 0;
    std::size_t waiting_ = 0;
    std::map<generation_id, generation_status> told_; ///< the end of a generation
};

} // namespace atelier::test
