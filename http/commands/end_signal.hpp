#pragma once

#include <csignal>

namespace atelier::commands {

/// The signals that end a process in order, SIGTERM and SIGINT, taken in one place: every thread that is
/// started while this exists inherits its mask. Make it before any thread, wait on the main one.
class end_signal {
public:
    end_signal() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGTERM);
        sigaddset(&signals_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }

    void wait() const {
        int signal = 0;
        sigwait(&signals_, &signal);
    }

private:
    sigset_t signals_{};
};

} // namespace atelier::commands
