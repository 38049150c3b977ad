#include "http/router.hpp"

#include <algorithm>
#include <utility>

namespace atelier::http {

/// What can follow a prefix of segments. Paths have few branches, so that a list is searched as fast as a
/// map.
struct router::node {
    std::vector<std::pair<std::string_view, std::unique_ptr<node>>> literals;
    std::unique_ptr<node> parameter;
    std::vector<std::size_t> routes; ///< that end here, as indices of the table

    [[nodiscard]] node* literal(std::string_view segment) const {
        const auto found =
            std::ranges::find(literals, segment, [](const auto& entry) { return entry.first; });
        return found == literals.end() ? nullptr : found->second.get();
    }

    /// Where a segment of a pattern leads; made if it is new.
    node& child(std::string_view segment) {
        if (segment.starts_with('{') && segment.ends_with('}')) {
            if (!parameter)
                parameter = std::make_unique<node>();
            return *parameter;
        }
        if (auto* known = literal(segment); known != nullptr)
            return *known;
        return *literals.emplace_back(segment, std::make_unique<node>()).second;
    }
};

namespace {

/// Takes "/segment" off the front of a path.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

void allow(std::vector<std::string_view>& methods, method verb) {
    const auto name = to_string(verb);
    if (std::ranges::find(methods, name) == methods.end())
        methods.push_back(name);
}

} // namespace

router::router(std::vector<route> routes) : routes_{std::move(routes)}, root_{std::make_unique<node>()} {
    for (std::size_t i = 0; i < routes_.size(); ++i)
        add(i);
}

router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;
router::~router() = default;

void router::add(std::size_t index) {
    auto* at = root_.get();
    for (auto rest = routes_[index].pattern; rest.starts_with('/');) {
        const auto segment = take_segment(rest);
        at = &at->child(segment);
    }
    at->routes.push_back(index);
}

router::match router::find(method verb, std::string_view path) const {
    match result;
    if (path.starts_with('/') && descend(*root_, path, verb == method::head ? method::get : verb, result))
        result.allowed.clear();
    if (!result.allowed.empty())
        allow(result.allowed, method::options);
    return result;
}

bool router::descend(const node& at, std::string_view rest, method verb, match& into) const {
    if (rest.empty()) {
        for (const auto index : at.routes) {
            if (routes_[index].verb == verb) {
                into.found = &routes_[index];
                return true;
            }
            allow(into.allowed, routes_[index].verb);
            if (routes_[index].verb == method::get)
                allow(into.allowed, method::head);
        }
        return false;
    }
    const auto segment = take_segment(rest);
    if (const auto* next = at.literal(segment); next != nullptr && descend(*next, rest, verb, into))
        return true;
    if (!at.parameter || segment.empty())
        return false;
    into.parameters.emplace_back(segment);
    if (descend(*at.parameter, rest, verb, into))
        return true;
    into.parameters.pop_back();
    return false;
}

} // namespace atelier::http
