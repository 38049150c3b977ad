#include "persistence/blobs/s3/s3_place.hpp"

#include "config/secure_url.hpp"

#include <algorithm>

namespace atelier {
namespace {

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_region(std::string_view text) {
    return !text.empty() && text.size() <= 63 &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-' || c == '_'; });
}

bool is_bucket(std::string_view text) {
    return text.size() >= 3 && text.size() <= 63 && is_lower_or_digit(text.front()) &&
           is_lower_or_digit(text.back()) && text.find("..") == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-' || c == '.'; });
}

/// Whether the host is an address or has a port's colon in brackets: no name can be put before it.
bool is_address(std::string_view host) {
    return host.starts_with('[') ||
           std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == ':'; });
}

} // namespace

outcome<s3_target> locate(const s3_place& place) {
    if (!is_region(place.region))
        return failure{errc::internal, "the region of the bucket is malformed"};
    if (!is_bucket(place.bucket))
        return failure{errc::internal, "the name of the bucket is malformed"};
    const auto endpoint =
        place.endpoint.empty() ? "https://s3." + place.region + ".amazonaws.com" : place.endpoint;
    if (!is_secure_url(endpoint))
        return failure{errc::internal, "the endpoint of the bucket is neither HTTPS nor on this machine"};
    s3_target target;
    target.plain = endpoint.starts_with("http:");
    const std::string scheme = target.plain ? "http://" : "https://";
    const auto rest = endpoint.substr(scheme.size());
    const auto slash = rest.find('/');
    target.host = rest.substr(0, slash);
    target.prefix = (slash == std::string::npos ? "" : rest.substr(slash)) + "/";
    const std::string_view usual_port = target.plain ? ":80" : ":443";
    if (target.host.ends_with(usual_port)) // which clients leave out of Host
        target.host.resize(target.host.size() - usual_port.size());
    if (place.path_style) {
        target.prefix += place.bucket + "/";
    } else {
        if (is_address(target.host))
            return failure{errc::internal, "a bucket at an address needs path-style addressing"};
        if (!target.plain && place.bucket.find('.') != std::string::npos)
            return failure{errc::internal,
                           "no certificate fits a bucket with a dot: use path-style addressing"};
        target.host.insert(0, place.bucket + ".");
    }
    target.origin = scheme + target.host;
    return target;
}

} // namespace atelier
