#pragma once

#include "actors/domain/outcome.hpp"
#include "http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace atelier::http {

/// The JSON object of a command, read strictly: what is not understood is refused, never ignored or bent.
///
/// Ask for each member by name, then call `finish`: it reports everything that was wrong at once, members
/// that nobody asked for among it. What the getters return is meaningful only if `finish` succeeded. A member
/// that is null counts as missing.
class json_command {
public:
    /// Errors: unsupported_media_type unless the Content-Type is application/json; malformed_json unless the
    /// body is one JSON object (RFC 8259) in UTF-8 with distinct names, at most 64 members and 8 levels deep.
    [[nodiscard]] static outcome<json_command> read(const request& r);

    /// A string of 1 to `bytes_max` bytes without NUL, which PostgreSQL cannot store.
    [[nodiscard]] std::string text(std::string_view name, std::size_t bytes_max);
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name, std::size_t bytes_max);
    /// An array of strings, of at most `count_max`, distinct.
    [[nodiscard]] std::optional<std::vector<std::string>> optional_texts(std::string_view name,
                                                                         std::size_t count_max);
    /// A whole number written without fraction and exponent, between `min` and `max`.
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
    [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t min,
                                                               std::int64_t max);
    /// True or false; `otherwise` when it is missing.
    [[nodiscard]] bool boolean(std::string_view name, bool otherwise);
    [[nodiscard]] std::optional<bool> optional_boolean(std::string_view name);
    /// The key of another thing: an integer from 1 on.
    template <class Id>
    [[nodiscard]] Id key(std::string_view name) {
        return Id{integer(name, 1, INT64_MAX)};
    }

    /// What only the caller can judge: an error about a member that was asked for.
    void refuse(std::string_view name, std::string code, std::string detail);

    /// `validation_failed` with a `field_error` for each member that is wrong.
    [[nodiscard]] status finish();

    /// The same text for the same command, however it was spelled: members by name, without those that are
    /// null. After `finish` succeeded.
    [[nodiscard]] std::string canonical() const;

private:
    /// A fraction, an exponent, a number beyond 64 bits, an array of other things than strings or an object:
    /// never what a member should be.
    struct unusable {};
    using texts = std::vector<std::string>;
    using value = std::variant<std::nullptr_t, bool, std::int64_t, std::string, texts, unusable>;
    struct member {
        std::string name;
        value content;
        bool known = false; ///< asked for
    };
    class handler;

    /// The member, unless it is missing or null.
    const value* take(std::string_view name);

    std::vector<member> members_;
    std::vector<field_error> errors_;
};

} // namespace atelier::http
