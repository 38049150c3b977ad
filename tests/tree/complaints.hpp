#pragma once

#include "tests/support/test.hpp"

#include <string>

namespace atelier::test {

/// What a test has found, one line each.
class complaints {
public:
    void add(const std::string& where, const std::string& what) { text_ += "\n" + where + ": " + what; }
    [[nodiscard]] const std::string& text() const { return text_; }

    /// The check at the end of the test: nothing was found. Says what was.
    void report() const {
        if (text_.empty())
            CAF_CHECK(text_.empty());
        else
            CAF_ERROR(text_);
    }

private:
    std::string text_;
};

} // namespace atelier::test
