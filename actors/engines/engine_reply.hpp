#pragma once

#include "actors/domain/time.hpp"
#include "actors/engines/engine.hpp"
#include "actors/engines/engine_http.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What engines' replies have in common. Pure.
namespace atelier {

/// How long a server asks to wait: Retry-After-Ms in milliseconds, else Retry-After in seconds or as a date
/// of HTTP (RFC 9110, 10.2.3). At most an hour; nothing when it says nothing that makes sense.
[[nodiscard]] std::optional<std::chrono::milliseconds>
read_retry_after(const std::string& in_milliseconds, const std::string& seconds_or_date, instant now);

/// The failure that a response stands for; nothing when its status is 2xx. By status:
/// 408, 409, 425, 429 and 5xx may pass (429 is `busy`); 400, 413, 415, 422 lie in the job; all other 4xx and
/// redirects in the setup. No response at all may pass; one larger than the limit not. X-Should-Retry, where
/// it is sent, has the last word on whether it may pass.
[[nodiscard]] std::optional<engine_failure> failure_of(const engine_response& response, instant now);

/// A text of another company's, or of an engine, as one line of at most 200 bytes for people and logs, with
/// `secret` hidden.
[[nodiscard]] std::string presentable(std::string_view text, std::string_view secret);

/// A failure because a 2xx response is not what the documentation says.
[[nodiscard]] engine_failure nonsense(std::string_view what);

/// One JSON object; nothing for anything else, and for nesting beyond 32 levels.
[[nodiscard]] std::optional<boost::json::object> read_object(std::string_view text);
/// A member that is a string; "" when there is none.
[[nodiscard]] std::string text_of(const boost::json::object& object, std::string_view member);
/// A member that is a number.
[[nodiscard]] std::optional<double> number_of(const boost::json::object& object, std::string_view member);
/// A member that is an object; null when there is none.
[[nodiscard]] const boost::json::object* object_of(const boost::json::object& object,
                                                   std::string_view member);
/// What an error reply says, in any of the shapes that engines use: {"error":{"message"}}, {"error":""},
/// {"detail":""}, {"detail":[{"msg"}]}, {"message":""}; "" when nothing is found.
[[nodiscard]] std::string error_text(std::string_view body);

/// Where a finished picture is.
struct picture_source {
    std::string base64; ///< or a data URL
    std::string url;    ///< looked at when `base64` is empty

    picture_source() = default;
};

/// What an engine with jobs of its own says about one.
struct engine_working {
    std::optional<double> progress; ///< 0 to 1
};
using engine_state = std::variant<engine_working, picture_source, engine_failure>;

} // namespace atelier
