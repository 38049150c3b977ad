#include "actors/engines/engine_parameters.hpp"

#include "actors/engines/engine_reply.hpp"

#include <boost/json/value.hpp>

#include <cmath>

namespace atelier {
namespace {

/// Takes numbers out of an object, and remembers the first that makes no sense.
class reader {
public:
    explicit reader(const boost::json::object& from) : from_{from} {}

    std::optional<double> number(std::string_view member, double least, double most) {
        if (!from_.contains({member.data(), member.size()}))
            return std::nullopt;
        const auto value = number_of(from_, member);
        if (value && *value >= least && *value <= most)
            return value;
        complain(member);
        return std::nullopt;
    }
    std::string text(std::string_view member) {
        const auto* found = from_.if_contains({member.data(), member.size()});
        if (found != nullptr && !found->is_string())
            complain(member);
        return text_of(from_, member);
    }
    void complain(std::string_view member) {
        if (!mistake)
            mistake = engine_failure{false, "the parameter " + std::string{member} + " makes no sense"};
    }

    std::optional<engine_failure> mistake;

private:
    const boost::json::object& from_;
};

} // namespace

std::variant<engine_parameters, engine_failure> read_parameters(std::string_view json) {
    engine_parameters result;
    if (json.empty())
        return result;
    const auto object = read_object(json);
    if (!object)
        return engine_failure{false, "the parameters are not a JSON object"};
    reader from{*object};
    result.negative_prompt = from.text("negative_prompt");
    if (const auto steps = from.number("steps", 1, 150)) {
        if (std::floor(*steps) != *steps)
            from.complain("steps");
        result.steps = static_cast<std::int32_t>(*steps);
    }
    result.guidance = from.number("guidance", 0, 50);
    result.strength = from.number("strength", 0, 1);
    if (from.mistake)
        return *from.mistake;
    return result;
}

} // namespace atelier
