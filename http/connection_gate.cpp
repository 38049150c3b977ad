#include "http/connection_gate.hpp"

namespace atelier::http {

connection_gate::connection_gate(std::size_t connections_max, std::size_t per_origin_max)
    : connections_max_{connections_max}, per_origin_max_{per_origin_max} {}

connection_gate::ticket::~ticket() {
    if (gate_ != nullptr)
        gate_->leave(origin_);
}

bool connection_gate::ticket::count_for(std::string origin) {
    const std::lock_guard lock{gate_->mutex_};
    gate_->discount(origin_);
    origin_.clear();
    if (!gate_->try_count(origin)) {
        ++gate_->refused_;
        return false;
    }
    origin_ = std::move(origin);
    return true;
}

std::optional<connection_gate::ticket> connection_gate::enter(std::string origin) {
    const std::lock_guard lock{mutex_};
    if (open_ >= connections_max_ || !try_count(origin)) {
        ++refused_;
        return std::nullopt;
    }
    ++open_;
    return ticket{*this, std::move(origin)};
}

std::size_t connection_gate::open() const {
    const std::lock_guard lock{mutex_};
    return open_;
}

std::uint64_t connection_gate::refused() const {
    const std::lock_guard lock{mutex_};
    return refused_;
}

bool connection_gate::try_count(const std::string& origin) {
    if (origin.empty())
        return true;
    if (per_origin_max_ == 0)
        return false;
    auto& same = by_origin_[origin];
    if (same >= per_origin_max_)
        return false;
    ++same;
    return true;
}

void connection_gate::discount(const std::string& origin) {
    const auto same = by_origin_.find(origin);
    if (same != by_origin_.end() && --same->second == 0)
        by_origin_.erase(same);
}

void connection_gate::leave(const std::string& origin) {
    const std::lock_guard lock{mutex_};
    --open_;
    discount(origin);
}

} // namespace atelier::http
