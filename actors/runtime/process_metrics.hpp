#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

namespace prometheus {
class Registry;
}

namespace atelier {

/// What Prometheus' clients say of their process, under the usual names, and the build.
class process_metrics {
public:
    explicit process_metrics(prometheus::Registry& registry);

    /// Brings them up to date.
    void read() const;

private:
    prometheus::Counter& cpu_;
    prometheus::Gauge& resident_;
    prometheus::Gauge& virtual_;
    prometheus::Gauge& open_files_;
    prometheus::Gauge& open_files_max_;
};

} // namespace atelier
