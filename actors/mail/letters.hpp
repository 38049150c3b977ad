#pragma once

#include "actors/mail/templates.hpp"

#include <string_view>
#include <vector>

namespace atelier {

/// A letter in one language. "{name}" stands for a value; a paragraph that is only "{link}" is shown as a
/// link.
struct letter_text {
    std::string_view subject;
    std::vector<std::string_view> paragraphs; ///< what stands between greeting and signature
};

/// A letter as it is kept: data alone.
struct letter {
    mail_template which{};
    std::string_view name;                ///< under which a queued mail keeps it
    std::vector<std::string_view> values; ///< that its texts need, in both languages
    letter_text english;
    letter_text russian;
};

/// Every letter there is, each once.
[[nodiscard]] const std::vector<letter>& all_letters();

} // namespace atelier
