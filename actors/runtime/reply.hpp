#pragma once

#include "actors/domain/outcome.hpp"

#include <caf/typed_response_promise.hpp>

#include <memory>
#include <utility>

namespace atelier {

/// The answer that somebody waits for. CAF drops a forgotten promise silently; this one answers `unavailable`
/// when it is destroyed unused, as when its actor dies. Copies share the one answer.
template <class Reply>
class reply {
public:
    using promise = caf::typed_response_promise<Reply>;

    reply() = default;
    explicit reply(promise p) : slot_{std::make_shared<slot>(std::move(p))} {}

    /// Answers; only the first call has an effect.
    void deliver(Reply value) const {
        if (slot_ && slot_->target.pending())
            slot_->target.deliver(std::move(value));
    }

private:
    struct slot {
        explicit slot(promise p) : target{std::move(p)} {}
        slot(const slot&) = delete;
        slot& operator=(const slot&) = delete;
        ~slot() {
            if (target.pending())
                target.deliver(Reply{errc::unavailable});
        }
        promise target;
    };
    std::shared_ptr<slot> slot_;
};

} // namespace atelier
