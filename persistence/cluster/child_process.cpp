#include "persistence/cluster/child_process.hpp"

#include "persistence/files.hpp"

#include <climits>
#include <csignal>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>

namespace atelier::postgres {
namespace {

constexpr int directory_fd = 3;

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> all;
    all.reserve(strings.size() + 1);
    for (auto& s : strings)
        all.push_back(s.data());
    all.push_back(nullptr);
    return all;
}

bool become(const account& who) {
    // The bare system calls: the library's wrappers want to synchronise threads that a forked child does not
    // have.
    return ::syscall(SYS_setgroups, 1, &who.group) == 0 &&
           ::syscall(SYS_setresgid, who.group, who.group, who.group) == 0 &&
           ::syscall(SYS_setresuid, who.user, who.user, who.user) == 0;
}

void reset_signals() {
    for (int number = 1; number < NSIG; ++number)
        std::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// A copy of a descriptor that no number below is in the way of. Closes at exec.
int aside(int fd) {
    return ::fcntl(fd, F_DUPFD_CLOEXEC, directory_fd + 1);
}

bool arrange_descriptors(const program& p, int null) {
    const int input = aside(null);
    const int output = aside(p.output);
    const int directory = p.directory < 0 ? -1 : aside(p.directory);
    if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0 ||
        ::dup2(output, STDERR_FILENO) < 0)
        return false;
    // Kernels before 5.11 cannot do this; then what other code left open is passed on.
    ::syscall(SYS_close_range, 3U, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    return directory < 0 || ::dup2(directory, directory_fd) >= 0;
}

/// The child's side of `spawn`: only async-signal-safe calls, as other threads may hold any lock.
[[noreturn]] void execute(const program& p, char* const* arguments, char* const* environment, int null,
                          int report) {
    const int reporter = aside(report);
    reset_signals();
    const bool ready = ::setsid() >= 0 && ::chdir("/") == 0 && arrange_descriptors(p, null) &&
                       (!p.run_as || become(*p.run_as));
    if (ready)
        ::execve(arguments[0], arguments, environment);
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(reporter, &error, sizeof error);
    ::_exit(127);
}

} // namespace

outcome<pid_t> spawn(const program& p) {
    const auto cannot_run = "cannot run " + p.file.string();
    std::vector<std::string> words{p.file.string()};
    words.insert(words.end(), p.arguments.begin(), p.arguments.end());
    auto variables = p.environment;
    const auto arguments = pointers(words);
    const auto environment = pointers(variables);

    const unique_fd null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    int ends[2];
    if (!null || ::pipe2(ends, O_CLOEXEC) != 0)
        return last_error(cannot_run);
    const unique_fd reader{ends[0]};
    unique_fd writer{ends[1]};

    const pid_t child = ::fork();
    if (child < 0)
        return last_error(cannot_run);
    if (child == 0)
        execute(p, arguments.data(), environment.data(), null.get(), writer.get());

    // The pipe closes without a word when exec has succeeded.
    writer = unique_fd{};
    int error = 0;
    if (TEMP_FAILURE_RETRY(::read(reader.get(), &error, sizeof error)) != sizeof error)
        return child;
    TEMP_FAILURE_RETRY(::waitpid(child, nullptr, 0));
    errno = error;
    return last_error(cannot_run);
}

outcome<int> run(const program& p, std::chrono::milliseconds limit) {
    const auto child = spawn(p);
    if (!child)
        return child.error();
    const auto deadline = std::chrono::steady_clock::now() + limit;
    int state = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(*child, &state, WNOHANG)) == 0) {
        if (std::chrono::steady_clock::now() > deadline) {
            ::kill(-*child, SIGKILL);
            TEMP_FAILURE_RETRY(::waitpid(*child, nullptr, 0));
            return failure{errc::unavailable, p.file.string() + " took too long"};
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    if (ended < 0)
        return last_error("cannot wait for " + p.file.string());
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

} // namespace atelier::postgres
