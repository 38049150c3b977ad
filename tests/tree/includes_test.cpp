#define CAF_SUITE tree_includes

#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/tree/complaints.hpp"
#include "tests/tree/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

using namespace atelier::test;

namespace {

/// Who may include whom. Tests and benchmarks may include everything.
const std::map<std::string_view, std::set<std::string_view>> directions{
    {"actors/domain", {"actors/domain"}},
    {"config", {"config", "actors/domain"}},
    {"persistence", {"persistence", "config", "actors/domain"}},
    {"actors/engines", {"actors/engines", "config", "actors/domain"}},
    {"actors/gateways/sandbox", {"actors/gateways/sandbox", "actors/domain"}},
    {"actors", {"actors", "actors/engines", "persistence", "config", "actors/domain"}},
    {"http",
     {"http", "actors", "actors/gateways/sandbox", "actors/engines", "persistence", "config",
      "actors/domain"}},
};

/// Where another project's headers may be included; everywhere else is forbidden.
const std::map<std::string_view, std::set<std::string_view>> homes{
    {"boost/beast/", {"http"}},
    {"boost/asio/", {"http", "actors"}},
    {"caf/", {"actors", "http"}},
    {"libpq-fe.h", {"persistence"}},
    {"curl/", {"actors", "actors/engines", "actors/gateways/sandbox", "persistence", "http"}},
    {"vips/", {"actors/engines"}},
    {"prometheus/", {"actors", "http"}},
};

bool is_free(std::string_view folder) {
    return folder == "tests" || folder == "bench";
}

bool includes(const std::set<std::string>& headers, std::string_view prefix) {
    return std::ranges::any_of(headers, [&](const auto& header) { return header.starts_with(prefix); });
}

} // namespace

CAF_TEST(our headers are named from the top of the tree and exist) {
    complaints found;
    for (const auto& file : sources())
        for (const auto& include : file.own_includes)
            if (!std::filesystem::exists(atelier::test::source_directory() / include))
                found.add(file.path, "includes " + include + ", which is not there");
    found.report();
}

CAF_TEST(folders include only what lies further inside) {
    complaints found;
    for (const auto& file : sources()) {
        const auto folder = folder_of(file.path);
        if (is_free(folder))
            continue;
        CAF_REQUIRE(directions.contains(folder));
        for (const auto& include : file.own_includes)
            if (!directions.at(folder).contains(folder_of(include)))
                found.add(file.path, "must not include " + include);
    }
    found.report();
}

CAF_TEST(the sandbox shares no code with what takes its notifications) {
    const std::set<std::string_view> general{"actors/domain/errors.hpp", "actors/domain/outcome.hpp",
                                             "actors/domain/random.hpp", "actors/domain/time.hpp"};
    complaints found;
    for (const auto& file : sources())
        if (folder_of(file.path) == "actors/gateways/sandbox")
            for (const auto& include : file.own_includes)
                if (folder_of(include) == "actors/domain" && !general.contains(include))
                    found.add(file.path, "must not include " + include);
    found.report();
}

CAF_TEST(other projects are included only where they belong) {
    complaints found;
    for (const auto& file : sources())
        for (const auto& include : file.foreign_includes)
            for (const auto& [prefix, folders] : homes)
                if (include.starts_with(prefix) && !is_free(folder_of(file.path)) &&
                    !folders.contains(folder_of(file.path)))
                    found.add(file.path, "must not include <" + include + ">");
    found.report();
}

CAF_TEST(endpoints compile without CAF) {
    complaints found;
    for (const auto& file : sources())
        if (file.path.starts_with("http/endpoints/") && includes(foreign_closure(file), "caf/"))
            found.add(file.path, "includes CAF, perhaps through another header");
    found.report();
}

CAF_TEST(Beast and CAF meet in at most three files) {
    complaints found;
    std::size_t count = 0;
    for (const auto& file : sources()) {
        const auto headers = foreign_closure(file);
        if (file.path.ends_with(".cpp") && includes(headers, "caf/") && includes(headers, "boost/beast/")) {
            ++count;
            found.add(file.path, "compiles both");
        }
    }
    CAF_MESSAGE(found.text());
    CAF_CHECK_LESS_OR_EQUAL(count, 3U);
}
