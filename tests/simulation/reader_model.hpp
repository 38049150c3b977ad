#pragma once

#include "actors/runtime/interfaces.hpp"
#include "tests/simulation/database.hpp"
#include "tests/simulation/dice.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace atelier::test {

/// The reader on the model of the database. Each read takes its snapshot and gives its answer when the
/// scheduler says so. Must outlive its actor.
class reader_model {
public:
    using tracer = std::function<void(const std::string&)>;

    reader_model(const database& tables, tracer trace) : tables_{tables}, trace_{std::move(trace)} {}

    reader_actor spawn(caf::actor_system& system);

    [[nodiscard]] bool busy() const { return !reads_.empty(); }
    /// Some read goes on by one stage; in `failures` percent it fails.
    void step(dice& chance, int failures, instant now);
    /// The process has died: nobody is answered any more.
    void cut_off() { reads_.clear(); }

    std::map<user_id, caf::actor_addr> wallets; ///< who asked last: the live wallets

private:
    struct read {
        std::string what;
        std::function<void(const database&, bool fails, instant now)> look;
        std::function<void()> answer;
        bool looked = false;
    };

    template <class T, class Query>
    auto add(reader_actor::pointer self, std::string what, Query query);

    const database& tables_;
    tracer trace_;
    reader_actor actor_;
    std::vector<read> reads_;
};

} // namespace atelier::test
