#define CAF_SUITE embedded_migrations

#include "persistence/migrate.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <sstream>

using namespace atelier;

CAF_TEST(the program holds every migration in order) {
    const auto folder = test::source_directory() / "persistence/migrations";
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        files += entry.path().extension() == ".sql" ? 1 : 0;
    const auto steps = embedded_migrations();
    CAF_REQUIRE_EQUAL(steps.size(), files);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        CAF_CHECK_EQUAL(steps[i].version, static_cast<int>(i) + 1);
        std::ostringstream name;
        name << std::setfill('0') << std::setw(4) << steps[i].version << '_' << steps[i].name << ".sql";
        std::ifstream file{folder / name.str()};
        std::ostringstream text;
        text << file.rdbuf();
        CAF_CHECK(text.str() == steps[i].sql);
    }
}
