#pragma once

#include "actors/domain/outcome.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace atelier::postgres {

/// A user of the operating system.
struct account {
    uid_t user;
    gid_t group;
    std::string name;
};

/// The name under which a child process sees the directory that it was given.
inline constexpr auto inherited_directory = "/proc/self/fd/3";

/// A program to be run.
struct program {
    std::filesystem::path file;
    std::vector<std::string> arguments;   ///< without the program's own name
    std::vector<std::string> environment; ///< "NAME=value"; nothing else is passed on
    int directory = -1;                   ///< open directory that becomes `inherited_directory`; -1 = none
    int output = -1;                      ///< where standard output and standard error go
    std::optional<account> run_as;        ///< needs root
};

/// Starts a program in a session of its own, so that Ctrl-C in a terminal does not reach it, and without any
/// other open file of this process. A directory is passed as an open descriptor because its path may lead
/// through places where only root may go. The caller waits for the child.
[[nodiscard]] outcome<pid_t> spawn(const program& p);

/// Runs a program to its end; the result is its exit status, or 128 + the signal that ended it. A program
/// that takes longer than `limit` is killed, with everything it started.
[[nodiscard]] outcome<int> run(const program& p, std::chrono::milliseconds limit);

} // namespace atelier::postgres
