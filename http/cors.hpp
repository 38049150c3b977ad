#pragma once

#include "config/web_origins.hpp"
#include "http/message.hpp"

#include <string_view>
#include <vector>

namespace atelier::http {

/// Cross-Origin Resource Sharing (https://fetch.spec.whatwg.org/#http-cors-protocol): lets scripts on pages
/// of other origins use the API with bearer tokens. Cookies are never shared: they are for pages of this
/// origin. Pure; immutable once made.
class cors {
public:
    explicit cors(web_origins allowed) : allowed_{std::move(allowed)} {}

    /// Whether the request asks on behalf of a browser whether another one may follow.
    [[nodiscard]] static bool is_preflight(const request& r);
    /// The answer to OPTIONS: what may be done there, by `methods`, and by pages of that origin.
    [[nodiscard]] response options(const request& r, const std::vector<std::string_view>& methods) const;
    /// Lets pages of the request's origin read the response, if they may.
    void share(const request& r, response& answer) const;

private:
    web_origins allowed_;
};

} // namespace atelier::http
