#include "http/control_room/exposition.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <optional>

namespace atelier::http {
namespace {

double number(std::string_view text) {
    return std::strtod(std::string{text}.c_str(), nullptr); // also +Inf and NaN, as the format has them
}

/// A label's value from behind its opening quote on; `text` goes on behind the closing one. Nothing when
/// there is none.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return value;
        }
        if (text[i] == '\\' && i + 1 < text.size())
            value += text[++i] == 'n' ? '\n' : text[i];
        else
            value += text[i];
    }
    return std::nullopt;
}

} // namespace

histogram_reading histogram_reading::since(const histogram_reading& earlier) const {
    auto rest = *this;
    if (earlier.buckets.empty())
        return rest;
    if (earlier.buckets.size() != buckets.size() || earlier.count > count)
        return rest;
    for (std::size_t i = 0; i < buckets.size(); ++i)
        rest.buckets[i].second -= earlier.buckets[i].second;
    rest.count -= earlier.count;
    rest.sum -= earlier.sum;
    return rest;
}

double histogram_reading::quantile(double q) const {
    if (count <= 0)
        return 0;
    const auto rank = q * count;
    double lower = 0;
    double before = 0;
    for (const auto& [upper, below] : buckets) {
        if (below >= rank && below > before)
            return upper == std::numeric_limits<double>::infinity()
                       ? lower
                       : lower + (upper - lower) * (rank - before) / (below - before);
        lower = upper;
        before = below;
    }
    return lower;
}

bool exposition::sample::has(exposition::labels with) const {
    return std::ranges::all_of(with, [this](const label& wanted) {
        const auto found = tags.find(wanted.first);
        return found != tags.end() && found->second == wanted.second;
    });
}

exposition::exposition(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        read_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// `name{label="value",…} number`
void exposition::read_line(std::string_view line) {
    const auto name_end = line.find_first_of("{ ");
    if (line.empty() || line.front() == '#' || name_end == std::string_view::npos)
        return;
    const auto name = line.substr(0, name_end);
    sample s;
    line.remove_prefix(name_end);
    if (line.front() == '{') {
        line.remove_prefix(1);
        while (!line.empty() && line.front() != '}') {
            const auto equals = line.find("=\"");
            if (equals == std::string_view::npos)
                return;
            const auto key = line.substr(0, equals);
            line.remove_prefix(equals + 2);
            auto value = take_quoted(line);
            if (!value)
                return;
            s.tags.emplace(key, *std::move(value));
            if (line.starts_with(','))
                line.remove_prefix(1);
        }
        if (line.empty())
            return;
        line.remove_prefix(1);
    }
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos)
        return;
    s.value = number(line.substr(begin));
    samples_[std::string{name}].push_back(std::move(s));
}

double exposition::sum(std::string_view name, labels with) const {
    const auto found = samples_.find(name);
    if (found == samples_.end())
        return 0;
    double total = 0;
    for (const auto& s : found->second)
        if (s.has(with))
            total += s.value;
    return total;
}

histogram_reading exposition::histogram(std::string_view name, labels with) const {
    histogram_reading reading;
    const std::string base{name};
    reading.count = sum(base + "_count", with);
    reading.sum = sum(base + "_sum", with);
    const auto found = samples_.find(base + "_bucket");
    if (found == samples_.end())
        return reading;
    std::map<double, double> buckets;
    for (const auto& s : found->second)
        if (const auto bound = s.tags.find("le"); bound != s.tags.end() && s.has(with))
            buckets[number(bound->second)] += s.value;
    reading.buckets.assign(buckets.begin(), buckets.end());
    return reading;
}

std::set<std::vector<std::string>> exposition::values(std::string_view name,
                                                      const std::vector<std::string>& of) const {
    std::set<std::vector<std::string>> all;
    const auto found = samples_.find(name);
    if (found == samples_.end())
        return all;
    for (const auto& s : found->second) {
        std::vector<std::string> combination;
        for (const auto& key : of) {
            const auto value = s.tags.find(key);
            combination.push_back(value == s.tags.end() ? std::string{} : value->second);
        }
        all.insert(std::move(combination));
    }
    return all;
}

} // namespace atelier::http
