#include "actors/domain/principal.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace atelier {
namespace {

constexpr std::array every{scope::read, scope::generate, scope::pay, scope::account};

} // namespace

std::string_view to_string(scope s) {
    switch (s) {
    case scope::read:
        return "read";
    case scope::generate:
        return "generate";
    case scope::pay:
        return "pay";
    case scope::account:
        break;
    }
    return "account";
}

std::optional<scopes> scopes::of_key(std::string_view text) {
    scopes result;
    while (true) {
        const auto end = text.find(' ');
        const auto* const known = std::ranges::find_if(
            every, [name = text.substr(0, end)](scope s) { return to_string(s) == name; });
        if (known == every.end() || *known == scope::account || result.contain(*known))
            return std::nullopt;
        result.bits_ |= bit(*known);
        if (end == std::string_view::npos)
            return result;
        text.remove_prefix(end + 1);
    }
}

std::vector<scope> scopes::members() const {
    std::vector<scope> all;
    std::ranges::copy_if(every, std::back_inserter(all), [this](scope s) { return contain(s); });
    return all;
}

std::string scopes::text() const {
    std::string names;
    for (const auto s : members())
        names.append(names.empty() ? "" : " ").append(to_string(s));
    return names;
}

} // namespace atelier
