#pragma once

#include "actors/domain/money.hpp"
#include "actors/gateways/cloudpayments_values.hpp"
#include "actors/gateways/json_text.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace atelier {

/// Reads members of one model of the API by name, and remembers the first that cannot be read. Null, absent
/// and empty members are the same.
class cloudpayments_model {
public:
    /// `model` outlives it.
    explicit cloudpayments_model(const json_text& model) : model_{model} {}

    [[nodiscard]] std::string_view raw(std::string_view name) const;
    /// At most 255 bytes without control characters; anything else is an error.
    [[nodiscard]] std::string identifier(std::string_view name);
    /// An identifier without which the model is worth nothing.
    [[nodiscard]] std::string required(std::string_view name);
    /// Text that only informs: "" when it cannot be kept.
    [[nodiscard]] std::string information(std::string_view name) const;
    [[nodiscard]] std::int64_t amount(std::string_view name);
    [[nodiscard]] std::int32_t count(std::string_view name);
    [[nodiscard]] std::optional<std::int32_t> optional_count(std::string_view name);
    [[nodiscard]] bool flag(std::string_view name) const { return raw(name) == "true"; }
    /// From "{name}Iso" ("2026-03-01T09:15:30") or "{name}" (the same, or "/Date(1772356530000)/").
    [[nodiscard]] std::optional<instant> date(const std::string& name) const;
    /// One of several spellings; anything else is an error.
    template <class Value, std::size_t Count>
    [[nodiscard]] Value choice(std::string_view name,
                               const std::array<std::pair<std::string_view, Value>, Count>& choices) {
        for (const auto& [spelling, value] : choices)
            if (raw(name) == spelling)
                return value;
        refuse(name, "is unknown");
        return {};
    }

    /// The value, or why it could not be read.
    template <class Value>
    [[nodiscard]] outcome<Value> finish(Value value) const {
        if (error_)
            return *error_;
        return value;
    }

private:
    void refuse(std::string_view name, std::string_view why);

    const json_text& model_;
    std::optional<failure> error_;
};

} // namespace atelier
