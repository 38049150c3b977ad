#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier::http {

/// A histogram, or what was added to one between two readings.
struct histogram_reading {
    std::vector<std::pair<double, double>> buckets; ///< upper bound, observations up to it; ascending
    double count = 0;
    double sum = 0;

    /// What came since `earlier`.
    [[nodiscard]] histogram_reading since(const histogram_reading& earlier) const;
    /// Interpolated inside its bucket, as Prometheus does; 0 when nothing was observed.
    [[nodiscard]] double quantile(double q) const;
    [[nodiscard]] double mean() const { return count > 0 ? sum / count : 0; }
};

/// Metrics at one moment, read from the text that Prometheus would read: one place says what is counted.
/// Pure.
class exposition {
public:
    using label = std::pair<std::string_view, std::string_view>;
    using labels = std::initializer_list<label>;

    exposition() = default;
    /// Lines that are no samples are skipped.
    explicit exposition(std::string_view text);

    /// The sum of the samples of that name that have these labels; 0 without any.
    [[nodiscard]] double sum(std::string_view name, labels with = {}) const;
    [[nodiscard]] histogram_reading histogram(std::string_view name, labels with = {}) const;
    /// Each combination of values of these labels that occurs with the name.
    [[nodiscard]] std::set<std::vector<std::string>> values(std::string_view name,
                                                            const std::vector<std::string>& of) const;

private:
    struct sample {
        std::map<std::string, std::string, std::less<>> tags;
        double value = 0;

        [[nodiscard]] bool has(exposition::labels with) const;
    };

    void read_line(std::string_view line);

    std::map<std::string, std::vector<sample>, std::less<>> samples_;
};

} // namespace atelier::http
