#define CAF_SUITE tree_documentation

#include "actors/domain/errors.hpp"
#include "config/table.hpp"
#include "tests/support/test.hpp"
#include "tests/tree/complaints.hpp"
#include "tests/tree/source_tree.hpp"

#include <regex>
#include <set>

using namespace atelier::test;

namespace {

/// Whether a Markdown page names `word` as code.
bool documents(const std::string& page, std::string_view word) {
    return page.find("`" + std::string{word} + "`") != std::string::npos;
}

/// The words that a Markdown page explains: what stands as code in the first column of its tables.
std::set<std::string> explained(const std::string& page) {
    static const std::regex row{R"(\n\|\s*`([a-z0-9_.]+)`)"};
    std::set<std::string> words;
    for (std::sregex_iterator match{page.begin(), page.end(), row}, end; match != end; ++match)
        words.insert((*match)[1]);
    return words;
}

/// The names of all metrics that the sources register.
std::set<std::string> metrics() {
    static const std::regex name{"atelier_[a-z0-9_]+"};
    std::set<std::string> names;
    for (const auto& file : sources())
        if (const auto folder = folder_of(file.path); folder != "tests" && folder != "bench")
            for (const auto& literal : file.literals)
                if (literal.text.starts_with("atelier_") && std::regex_match(literal.text, name))
                    names.insert(literal.text);
    return names;
}

} // namespace

CAF_TEST(every setting is documented and every documented setting exists) {
    const auto page = read_file("config/settings.md");
    complaints found;
    for (const auto& setting : atelier::setting_table())
        for (const auto& name : {std::string{setting.name}, atelier::environment_name(setting)})
            if (!documents(page, name))
                found.add("config/settings.md", "does not name " + name);
    for (const auto& name : explained(page))
        if (name.find('.') != std::string::npos && atelier::find_setting(name) == nullptr)
            found.add("config/settings.md", "explains " + name + ", which does not exist");
    found.report();
}

CAF_TEST(every metric is documented and every documented metric exists) {
    const auto page = read_file("config/monitoring/metrics.md");
    const auto known = metrics();
    CAF_CHECK(!known.empty());
    complaints found;
    for (const auto& name : known)
        if (!documents(page, name))
            found.add("config/monitoring/metrics.md", "does not name " + name);
    for (const auto& name : explained(page))
        if (name.starts_with("atelier_") && !known.contains(name))
            found.add("config/monitoring/metrics.md", "explains " + name + ", which does not exist");
    found.report();
}

CAF_TEST(every error code is documented) {
    const auto page = read_file("http/errors.md");
    complaints found;
    for (const auto code : atelier::all_error_codes())
        if (!documents(page, atelier::to_string(code)))
            found.add("http/errors.md", "does not name " + std::string{atelier::to_string(code)});
    found.report();
}
