#define CAF_SUITE config_table
#include "config/assign.hpp"
#include "config/load.hpp"
#include "config/print.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

using namespace atelier;

namespace {

const std::filesystem::path config_directory = test::source_directory() / "config";

std::optional<std::string> no_variables(const std::string& /*name*/) {
    return std::nullopt;
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    CAF_REQUIRE(in.good());
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// What every setting but the secrets is, as text.
std::string effective(const settings& values) {
    std::ostringstream out;
    print_effective(out, values);
    return out.str();
}

/// The address of a setting's value.
const void* place_of(const setting& which, settings& of) {
    return std::visit([](auto* field) -> const void* { return field; }, which.field(of));
}

} // namespace

CAF_TEST(every setting is told once with its meaning) {
    std::set<std::string_view> names;
    std::set<std::string> variables;
    std::set<const void*> places;
    settings values;
    for (const auto& each : setting_table()) {
        CAF_MESSAGE(std::string{each.name});
        CAF_CHECK(names.insert(each.name).second);
        CAF_CHECK(variables.insert(environment_name(each)).second);
        CAF_CHECK(places.insert(place_of(each, values)).second);
        CAF_CHECK(each.doc.ends_with('.'));
        CAF_CHECK_EQUAL(find_setting(each.name), &each);
    }
    CAF_CHECK_EQUAL(find_setting("http"), nullptr);
}

CAF_TEST(the settings of a section lie in its struct) {
    settings values;
    const auto lies_in = [&](std::string_view section, const auto& part) {
        const auto* begin = reinterpret_cast<const char*>(&part);
        for (const auto& each : setting_table()) {
            const auto* place = static_cast<const char*>(place_of(each, values));
            const bool inside = begin <= place && place < begin + sizeof part;
            CAF_CHECK_EQUAL(inside, each.name.starts_with(std::string{section} + '.'));
        }
    };
    lies_in("http", values.http);
    lies_in("ops", values.ops);
    lies_in("database", values.database);
    lies_in("writer", values.writer);
    lies_in("wallets", values.wallets);
    lies_in("accounts", values.accounts);
    lies_in("images", values.images);
    lies_in("s3", values.s3);
    lies_in("generations", values.generations);
    lies_in("engines", values.engines);
    lies_in("payments", values.payments);
    lies_in("sandbox", values.sandbox);
    lies_in("mail", values.mail);
    lies_in("sweeper", values.sweeper);
    lies_in("supervisor", values.supervisor);
    lies_in("log", values.log);
    lies_in("scheduler", values.scheduler);
}

CAF_TEST(every default is allowed by its own rule and read back as shown) {
    const settings defaults;
    for (const auto& each : setting_table()) {
        const auto shown = each.secret ? "\"\"" : shown_value(each, defaults);
        const auto result = load_text(std::string{each.name} + " = " + shown, "default", no_variables);
        for (const auto& error : result.errors) {
            CAF_ERROR(to_string(error));
        }
        CAF_CHECK_EQUAL(effective(result.values), effective(defaults));
    }
}

CAF_TEST(a value of the right type is stored in every field) {
    settings values;
    for (const auto& each : setting_table()) {
        CAF_MESSAGE(std::string{each.name});
        const auto before = shown_value(each, values);
        const auto give = [&](const config_value::variant& value) { return !assign(values, each, value); };
        const bool changed = std::visit(
            [&](const auto& rule) {
                using rule_type = std::decay_t<decltype(rule)>;
                if constexpr (std::is_same_v<rule_type, boolean_rule>) {
                    return give(before == "false");
                } else if constexpr (std::is_same_v<rule_type, choice_rule>) {
                    return give(std::string{rule.choices.back()}) &&
                           shown_value(each, values) == '"' + std::string{rule.choices.back()} + '"';
                } else if constexpr (std::is_same_v<rule_type, text_rule>) {
                    for (const auto* text : {"::1", "http://x", "dbname=x", "USD", "x@y", "https://x",
                                             "preview", "7: preview", "320"}) {
                        if (rule.accepts(text)) {
                            return give(std::string{text});
                        }
                    }
                    return false;
                } else {
                    return give(rule.min) && give(rule.max);
                }
            },
            each.rule);
        CAF_CHECK(changed);
        const bool only_choice = std::holds_alternative<choice_rule>(each.rule) &&
                                 std::get<choice_rule>(each.rule).choices.size() == 1;
        CAF_CHECK_EQUAL(shown_value(each, values) == before, only_choice);
    }
}

CAF_TEST(the effective settings never show a secret and load again) {
    settings values;
    values.database.url = "postgres://hunter2";
    values.accounts.pepper = "hunter2";
    values.payments.api_secret = "hunter2";
    values.mail.password = "hunter2";
    values.mail.from = "\"Quoted\" \\ <a@example.org>";
    values.http.port = 1;
    const auto shown = effective(values);
    CAF_CHECK_EQUAL(shown.find("hunter2"), std::string::npos);
    CAF_CHECK(shown.find("# payments.api_secret = (set)\n") != std::string::npos);
    CAF_CHECK(effective(settings{}).find("# payments.api_secret = (not set)\n") != std::string::npos);

    const auto again = load_text(shown, "shown", no_variables);
    CAF_REQUIRE(again);
    CAF_CHECK_EQUAL(again.values.mail.from, values.mail.from);
    CAF_CHECK_EQUAL(again.values.http.port, 1u);
}

CAF_TEST(a misspelt name has a nearest setting) {
    const auto nearest = [](std::string_view name) {
        const auto* found = nearest_setting(name);
        return found == nullptr ? std::string_view{"none"} : found->name;
    };
    CAF_CHECK_EQUAL(nearest("http.prt"), "http.port");
    CAF_CHECK_EQUAL(nearest("wallet.idle_timeout"), "wallets.idle_timeout");
    CAF_CHECK_EQUAL(nearest("test_mode"), "payments.test_mode");
    CAF_CHECK_EQUAL(nearest("something_quite_different"), "none");
    CAF_CHECK_EQUAL(nearest(""), "none");
}

CAF_TEST(the reference for terminals names everything about a setting) {
    std::ostringstream out;
    print_settings(out);
    CAF_CHECK(out.str().find("http.port\n"
                             "    Port of the public listener; 0 picks a free one.\n"
                             "    an integer from 0 to 65535; default 8080\n"
                             "    ATELIER_HTTP_PORT\n") != std::string::npos);
    CAF_CHECK(out.str().find("database.url  (secret)\n") != std::string::npos);
    CAF_CHECK(out.str().find("    ATELIER_DATABASE_URL or DATABASE_URL\n") != std::string::npos);
}

/// `UPDATE=1 unit_config` writes the page anew after a change of the table.
CAF_TEST(the page of settings is what the table prints) {
    std::ostringstream printed;
    print_settings_markdown(printed);
    const auto page = config_directory / "settings.md";
    if (std::getenv("UPDATE") != nullptr) {
        std::ofstream{page, std::ios::binary} << printed.str();
    }
    CAF_CHECK(content_of(page) == printed.str());
}

CAF_TEST(the example holds every setting at its default) {
    const auto example = config_directory / "atelier.conf";
    const auto read = parse_text(content_of(example));
    CAF_REQUIRE(!read.error);
    std::vector<std::string_view> in_example;
    for (const auto& each : read.assignments) {
        in_example.push_back(each.name);
    }
    std::vector<std::string_view> in_table;
    for (const auto& each : setting_table()) {
        in_table.push_back(each.name);
    }
    CAF_CHECK_EQUAL(in_example, in_table);

    const auto result = load(example, no_variables);
    CAF_CHECK(result);
    CAF_CHECK_EQUAL(effective(result.values), effective(settings{}));
    CAF_CHECK(result.values.database.url.empty());
    CAF_CHECK(result.values.accounts.pepper.empty());
    CAF_CHECK(result.values.payments.api_secret.empty());
}
