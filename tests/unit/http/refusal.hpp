#pragma once

#include "actors/domain/outcome.hpp"

#include <random>
#include <string>
#include <string_view>

namespace atelier::test {

/// The code with which something was refused; "" if it was not.
template <class T>
std::string refusal(const outcome<T>& result) {
    return result ? std::string{} : std::string{to_string(result.error().code)};
}

/// The text that goes with a refusal; "" if there was none.
template <class T>
std::string refusal_detail(const outcome<T>& result) {
    return result ? std::string{} : result.error().detail;
}

/// Calls `parse` with many texts that were made from `seed` by changing, removing and doubling bytes, the
/// same ones in every run. Proves only that no bytes at all make a parser throw, hang or read where it must
/// not.
template <class Parse>
void feed_mutations(std::string_view seed, const Parse& parse, int rounds = 2000) {
    std::mt19937 random{seed.empty() ? 1U : static_cast<unsigned>(seed.size())};
    for (int round = 0; round < rounds; ++round) {
        std::string text{seed};
        for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes) {
            const auto at = random() % text.size();
            switch (random() % 4) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, 1 + random() % 8);
                break;
            case 2:
                text.insert(at, text.substr(random() % text.size(), random() % 16));
                break;
            default:
                text.resize(at);
                break;
            }
        }
        parse(std::string_view{text});
    }
}

} // namespace atelier::test
