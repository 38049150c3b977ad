#pragma once

#include "actors/engines/base64.hpp"
#include "actors/engines/remote_engine.hpp"
#include "tests/support/mishaps.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/engines/pictures.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace atelier::test {

/// What an engine says about one job.
class told {
public:
    [[nodiscard]] engine_callbacks callbacks() {
        engine_callbacks result;
        result.accepted = [this](std::string id) {
            const std::lock_guard lock{mutex_};
            ids_.push_back(std::move(id));
            changed_.notify_all();
        };
        result.progress = [this](double done) { progress = done; };
        result.finished = [this](engine_outcome o) { finished_.set_value(std::move(o)); };
        return result;
    }

    [[nodiscard]] engine_outcome get() {
        if (outcome_.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error{"a job has not ended"};
        return outcome_.get();
    }
    [[nodiscard]] engine_result picture() {
        auto result = get();
        if (const auto* why = std::get_if<engine_failure>(&result))
            throw std::runtime_error{why->detail};
        return std::get<engine_result>(result);
    }
    [[nodiscard]] engine_failure failure() { return std::get<engine_failure>(get()); }
    [[nodiscard]] bool has_ended() const {
        return outcome_.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
    }
    /// The engine's own id of the job; waits for it.
    [[nodiscard]] std::string id() {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, patience, [this] { return !ids_.empty(); });
        return ids_.empty() ? "" : ids_.back();
    }

    std::atomic<double> progress = 0;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> ids_;
    std::promise<engine_outcome> finished_;
    std::future<engine_outcome> outcome_ = finished_.get_future();
};

/// What an engine on another server needs to be tested.
struct remote_workshop {
    temporary_directory directory;
    system_clock time;
    const std::string made = read_bytes(room("sixteen_bit.png"));
    const std::string made_base64 = *base64_of_file(room("sixteen_bit.png"));
    const std::string broken_base64 = *base64_of_file(room("truncated.jpg"));

    [[nodiscard]] remote_options options(std::string url) const {
        remote_options result;
        result.access.base_url = std::move(url);
        result.access.reply_limit = 2'500'000;
        result.access.file_limit = 2'500'000;
        result.temporary = directory.path() / "new";
        result.threads = 1;
        result.queue_limit = 4;
        result.first_look = std::chrono::milliseconds{2};
        result.longest_look = std::chrono::milliseconds{10};
        result.tries = 3;
        result.time = &time;
        return result;
    }

    [[nodiscard]] engine_job job(std::int64_t id = 1, std::string attach_to = "") const {
        engine_job result;
        result.id = generation_id{id};
        result.input = room("plain.png");
        result.content_type = "image/png";
        result.prompt = "A bright kitchen";
        result.seed = 7;
        result.parameters = "{}";
        result.attach_to = std::move(attach_to);
        result.deadline = time.now() + std::chrono::minutes{10};
        return result;
    }

    /// Whether no file was forgotten.
    [[nodiscard]] bool nothing_left() const {
        return !std::filesystem::exists(directory.path() / "new") ||
               std::filesystem::is_empty(directory.path() / "new");
    }
};

/// A failure in short: whether it may pass, and where it lies.
inline std::string in_short(const engine_failure& why) {
    return std::string{why.transient ? "passing " : "lasting "} + std::string{to_string(why.fault)};
}

} // namespace atelier::test
