#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier {

/// Web origins (RFC 6454), such as "https://app.example.com": of pages that may read what others may not.
struct web_origins {
    bool any = false;
    std::vector<std::string> list;

    /// A list separated by commas, with or without blanks; "*" is all there are, "" is none. Nothing for
    /// anything else: an origin is scheme and host in lower case, and a port that is not the scheme's own.
    [[nodiscard]] static std::optional<web_origins> parse(std::string_view list);

    [[nodiscard]] bool contains(std::string_view origin) const;
    [[nodiscard]] bool empty() const { return !any && list.empty(); }
};

} // namespace atelier
