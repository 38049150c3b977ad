#include "actors/gateways/json_fields.hpp"

#include "actors/gateways/json_text.hpp"

namespace atelier {

outcome<field_list> json_fields(std::string_view text) {
    auto read = parse_json_text(text);
    if (!read)
        return read.error();
    if (read->what != json_text::kind::object)
        return failure{errc::malformed_json, "A JSON object was expected."};
    field_list fields;
    for (auto& member : read->parts)
        if (member.is_scalar())
            fields.emplace_back(std::move(member.name), std::move(member.value));
    return fields;
}

} // namespace atelier
