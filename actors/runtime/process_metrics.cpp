#include "actors/runtime/process_metrics.hpp"

#include "config/version.hpp"

#include <prometheus/registry.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace atelier {
namespace {

prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help,
                         const prometheus::Labels& labels = {}) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}

} // namespace

process_metrics::process_metrics(prometheus::Registry& registry)
    : cpu_{prometheus::BuildCounter()
               .Name("process_cpu_seconds_total")
               .Help("Processor time used.")
               .Register(registry)
               .Add({})},
      resident_{gauge(registry, "process_resident_memory_bytes", "Resident memory.")},
      virtual_{gauge(registry, "process_virtual_memory_bytes", "Address space.")},
      open_files_{gauge(registry, "process_open_fds", "Open file descriptors.")},
      open_files_max_{gauge(registry, "process_max_fds", "How many file descriptors may be open.")} {
    gauge(registry, "process_start_time_seconds", "When the process started, in seconds since 1970.")
        .SetToCurrentTime();
    gauge(registry, "atelier_build_info", "1, with the version of the program.",
          {{"version", std::string{version()}}})
        .Set(1);
}

void process_metrics::read() const {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        const auto total = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
        };
        const double spent = total(usage.ru_utime) + total(usage.ru_stime);
        cpu_.Increment(std::max(0.0, spent - cpu_.Value()));
    }
    std::ifstream statm{"/proc/self/statm"};
    std::size_t size = 0;
    std::size_t resident = 0;
    if (statm >> size >> resident) {
        const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
        virtual_.Set(static_cast<double>(size) * page);
        resident_.Set(static_cast<double>(resident) * page);
    }
    std::error_code error;
    const std::filesystem::directory_iterator descriptors{"/proc/self/fd", error};
    if (!error)
        open_files_.Set(static_cast<double>(std::distance(begin(descriptors), end(descriptors))));
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        open_files_max_.Set(static_cast<double>(files.rlim_cur));
}

} // namespace atelier
