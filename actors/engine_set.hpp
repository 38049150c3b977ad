#pragma once

#include "actors/domain/ids.hpp"
#include "actors/engines/engine.hpp"
#include "actors/runtime/slot_messages.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace atelier {

/// The engines that are configured, and which of them a style is given to. Thread-safe; the engines are too.
class engine_set {
public:
    struct member {
        std::unique_ptr<engine> driver;
        std::size_t slots = 1; ///< jobs at once
    };

    /// `usual`: the engine to begin with, then those to fall back on. `styles` names another one to begin
    /// with.
    engine_set(std::vector<member> members, std::vector<engine_id> usual,
               std::unordered_map<style_id, engine_id> styles);

    [[nodiscard]] std::size_t size() const { return members_.size(); }
    [[nodiscard]] engine& at(engine_id id) const { return *members_.at(id.index).driver; }
    [[nodiscard]] std::size_t slots(engine_id id) const { return members_.at(id.index).slots; }
    [[nodiscard]] std::optional<engine_id> find(std::string_view name) const;

    /// The engines that may work on a style, the best first; none twice.
    [[nodiscard]] std::vector<engine_id> order_for(style_id style) const;

    /// `engine::stop` of all, at the same time.
    void stop();

private:
    std::vector<member> members_;
    std::vector<engine_id> usual_;
    std::unordered_map<style_id, engine_id> styles_;
};

} // namespace atelier
