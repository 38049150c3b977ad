#pragma once

#include "tests/support/source_directory.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The sample notifications of this folder; README.md tells their format.
namespace atelier::test {

struct notification_sample {
    std::string name; ///< of the file, without ".txt"
    std::string kind;
    std::string content_type;
    std::string secret;
    std::optional<std::string> content_hmac;
    std::optional<std::string> x_content_hmac;
    bool is_signed = false;
    std::string body;
    std::map<std::string, std::string> expected; ///< field → value
    std::string refused;                         ///< "field code", or ""

    [[nodiscard]] bool json() const { return content_type == "application/json"; }
};

inline notification_sample read_sample(const std::filesystem::path& path) {
    notification_sample sample;
    sample.name = path.stem().string();
    std::ifstream file{path, std::ios::binary};
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        const auto name = line.substr(0, colon);
        const auto value = line.size() > colon + 2 ? line.substr(colon + 2) : std::string{};
        if (name == "kind")
            sample.kind = value;
        else if (name == "content_type")
            sample.content_type = value;
        else if (name == "secret")
            sample.secret = value;
        else if (name == "content_hmac")
            sample.content_hmac = value;
        else if (name == "x_content_hmac")
            sample.x_content_hmac = value;
        else if (name == "signed")
            sample.is_signed = value == "yes";
        else if (name == "body")
            sample.body = value;
        else if (name == "refused")
            sample.refused = value;
        else if (name.starts_with("expect "))
            sample.expected[name.substr(7)] = value;
        else if (name != "about")
            throw std::runtime_error{path.string() + ": unknown line " + name};
    }
    return sample;
}

/// All samples, in the order of their names.
inline std::vector<notification_sample> read_samples() {
    std::vector<notification_sample> samples;
    for (const auto& entry :
         std::filesystem::directory_iterator{source_directory() / "tests/support/cloudpayments"})
        if (entry.path().extension() == ".txt")
            samples.push_back(read_sample(entry.path()));
    std::ranges::sort(samples, {}, &notification_sample::name);
    return samples;
}

/// One sample by its name.
inline notification_sample sample(std::string_view name) {
    for (auto& candidate : read_samples())
        if (candidate.name == name)
            return candidate;
    throw std::runtime_error{"no sample " + std::string{name}};
}

} // namespace atelier::test
