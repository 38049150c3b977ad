#pragma once

#include <csignal>
#include <unistd.h>

namespace atelier::commands {

/// The signals that end a process in order, SIGTERM and SIGINT, and SIGHUP, which has it read its files
/// again, taken in one place: every thread that is started while this exists inherits its mask. Make it
/// before any thread, wait on the main one.
class end_signal {
public:
    end_signal() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGTERM);
        sigaddset(&signals_, SIGINT);
        if (::isatty(STDIN_FILENO) == 0) // in a terminal it means that the terminal was closed
            sigaddset(&signals_, SIGHUP);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
    }

    /// Whether to end; otherwise to read files again.
    [[nodiscard]] bool wait() const {
        int signal = 0;
        sigwait(&signals_, &signal);
        return signal != SIGHUP;
    }

private:
    sigset_t signals_{};
};

} // namespace atelier::commands
