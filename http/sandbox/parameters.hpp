#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier::http::sandbox {

/// The parameters of a call of the gateway's API, from a form or a JSON object. Names match in any letter
/// case; what is empty or null counts as missing, what is not known is ignored. A value that is not what was
/// asked for is remembered as the `problem`, which the caller reports.
class parameters {
public:
    /// A body that is missing has no parameters. Errors: malformed_request, malformed_json,
    /// unsupported_media_type.
    [[nodiscard]] static outcome<parameters> read(const request& r);

    /// "" if it is missing; objects and arrays of a JSON body as JSON.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
    /// A decimal number, as cents.
    [[nodiscard]] std::optional<std::int64_t> cents(std::string_view name) const;
    /// true, false, 1 or 0.
    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
    [[nodiscard]] std::optional<instant> date(std::string_view name) const;
    /// Every value of a list: an array of a JSON body, or a name that is repeated, perhaps with an index, as
    /// in "Statuses[0]".
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
    /// Like the getters, and a problem if there is none.
    template <class T>
    [[nodiscard]] T required(std::string_view name, std::optional<T> value) const {
        if (!value)
            complain(name, " is required");
        return value.value_or(T{});
    }

    void complain(std::string_view name, std::string_view what) const;
    /// The first; "" = none.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    [[nodiscard]] const std::string* find(std::string_view name) const;

    std::vector<std::pair<std::string, std::string>> values_;
    mutable std::string problem_;
};

} // namespace atelier::http::sandbox
