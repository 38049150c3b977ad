#pragma once

#include "actors/domain/catalogue_edits.hpp"

#include <string>
#include <string_view>

/// The catalogue as operators see it, as JSON.
namespace atelier {

[[nodiscard]] std::string managed_style_json(const managed_style& managed);
[[nodiscard]] std::string managed_package_json(const token_package_record& package,
                                               std::string_view currency);
[[nodiscard]] std::string managed_plan_json(const subscription_plan_record& plan);

} // namespace atelier
