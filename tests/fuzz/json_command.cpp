// Commands in JSON, as endpoints read them.

#include "http/json_command.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace atelier::http;
using atelier::fuzz::require;

namespace {

request with_body(std::string_view body) {
    request r;
    r.verb = method::post;
    r.headers.emplace_back("content-type", "application/json");
    r.body = body;
    r.body_size = body.size();
    return r;
}

/// What the members are asked for as; every kind of getter once.
struct asked {
    std::string name;
    std::optional<std::string> note;
    std::int64_t count = 0;
    std::optional<std::int64_t> seed;
    bool flag = false;
    std::optional<std::vector<std::string>> kinds;

    explicit asked(json_command& command)
        : name{command.text("name", 40)}, note{command.optional_text("note", 1000)},
          count{command.integer("count", 1, 100)}, seed{command.optional_integer("seed", 0, 4'294'967'295)},
          flag{command.boolean("flag", true)}, kinds{command.optional_texts("kinds", 4)} {}

    friend bool operator==(const asked&, const asked&) = default;
};

void check(const asked& got) {
    require(!got.name.empty() && got.name.size() <= 40, "a text has its length");
    require(got.name.find('\0') == std::string::npos, "PostgreSQL can store it");
    require(got.count >= 1 && got.count <= 100, "a number has its bounds");
    require(!got.seed || (*got.seed >= 0 && *got.seed <= 4'294'967'295), "an optional one, too");
    require(!got.kinds || got.kinds->size() <= 4, "a list is short");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const atelier::fuzz::input in{data, length};
    auto command = json_command::read(with_body(in.rest()));
    if (!command) {
        require(command.error().code == atelier::errc::malformed_json, "a refusal says why");
        return 0;
    }
    const asked got{*command};
    if (const auto valid = command->finish(); !valid) {
        require(valid.error().code == atelier::errc::validation_failed && !valid.error().fields.empty(),
                "a refusal names the members");
        return 0;
    }
    check(got);
    auto again = json_command::read(with_body(command->canonical()));
    require(again.has_value(), "the canonical text is a command");
    require(asked{*again} == got && again->finish().has_value(), "the same one");
    require(again->canonical() == command->canonical(), "and canonical itself");
    return 0;
}
