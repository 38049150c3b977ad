#include "http/connection_gate.hpp"

namespace atelier::http {

connection_gate::connection_gate(std::size_t connections_max, std::size_t per_origin_max)
    : connections_max_{connections_max}, per_origin_max_{per_origin_max} {}

connection_gate::ticket::~ticket() {
    if (gate_ != nullptr)
        gate_->leave(origin_);
}

std::optional<connection_gate::ticket> connection_gate::enter(std::string origin) {
    const std::lock_guard lock{mutex_};
    if (open_ >= connections_max_ || per_origin_max_ == 0)
        return std::nullopt;
    auto& same = by_origin_[origin];
    if (same >= per_origin_max_)
        return std::nullopt;
    ++same;
    ++open_;
    return ticket{*this, std::move(origin)};
}

std::size_t connection_gate::open() const {
    const std::lock_guard lock{mutex_};
    return open_;
}

void connection_gate::leave(const std::string& origin) {
    const std::lock_guard lock{mutex_};
    --open_;
    const auto same = by_origin_.find(origin);
    if (--same->second == 0)
        by_origin_.erase(same);
}

} // namespace atelier::http
