#pragma once

#include "http/control_room/control_room.hpp"

#include <memory>
#include <string>
#include <vector>

namespace atelier::test::endpoints {

/// Answers as told, and notes what it was asked.
class fake_control_room final : public http::control_room {
public:
    std::vector<std::string> calls;
    std::string now = R"({"at":"2026-03-01T10:00:00Z"})";
    std::size_t viewers_max = 2;
    std::shared_ptr<int> viewers = std::make_shared<int>(0);
    bool closing = false;

    http::reply<std::string> overview() override {
        calls.emplace_back("overview");
        co_return now;
    }
    http::reply<std::string> actors(std::string kind, std::size_t limit) override {
        calls.push_back("actors " + kind + ' ' + std::to_string(limit));
        if (kind != "wallet")
            co_return errc::not_found;
        co_return std::string{R"({"kind":"wallet","live":1,"data":[{"key":"7","seconds_idle":3}]})"};
    }
    [[nodiscard]] std::shared_ptr<void> admit() override {
        if (static_cast<std::size_t>(viewers.use_count()) > viewers_max)
            return nullptr;
        return viewers;
    }
    [[nodiscard]] bool is_closing() const override { return closing; }
};

} // namespace atelier::test::endpoints
