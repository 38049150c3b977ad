#pragma once

#include "actors/backend.hpp"
#include "actors/waiting.hpp"
#include "http/commands/command.hpp"

#include <memory>

namespace atelier::commands {

/// The actors that keep the books (wallets, payments, writers), in a process of their own, for a command that
/// works on them beside the service or without it. Whatever both change, compare-and-set keeps right.
class books {
public:
    /// `place` outlives it. Errors: unavailable; a schema that is not up to date.
    [[nodiscard]] static outcome<books> open(const settings& config, const workplace& place);

    [[nodiscard]] back_office& office() { return backend_->office(); }

private:
    explicit books(std::unique_ptr<backend> b) : backend_{std::move(b)} {}

    std::unique_ptr<backend> backend_;
};

} // namespace atelier::commands
