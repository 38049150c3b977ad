#pragma once

#include "actors/domain/catalogue_edits.hpp"
#include "actors/domain/outcome.hpp"
#include "http/message.hpp"

#include <cstdint>

/// What operators say of the catalogue, on their listener and on the command line: a JSON object, read
/// strictly.
namespace atelier::http {

enum class edit_purpose : std::uint8_t {
    create, ///< a name, and all terms
    change  ///< whatever is to be changed, `active` among it
};

/// {name, prompt} or {prompt?, active?}
[[nodiscard]] outcome<style_edit> read_style_edit(const request& r, edit_purpose purpose);
/// {name, tokens_amount, price_cents, validity_days} or {tokens_amount?, …, active?}
[[nodiscard]] outcome<token_package_edit> read_package_edit(const request& r, edit_purpose purpose);
/// {name, tokens_amount, price_cents, interval, interval_count} or {tokens_amount?, …, active?}
[[nodiscard]] outcome<subscription_plan_edit> read_plan_edit(const request& r, edit_purpose purpose);

} // namespace atelier::http
