#define CAF_SUITE engine_set

#include "actors/make_engines.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

using namespace atelier;

namespace {

struct fixture {
    std::string order(std::int64_t style) {
        std::string names;
        for (const auto id : engines().order_for(style_id{style}))
            names.append(engines().at(id).name()).append(" ");
        return names;
    }

    engine_set& engines() {
        if (!made_)
            made_ = make_engines(config, directory.path(), time);
        return *made_;
    }

    test::temporary_directory directory;
    test::manual_clock time;
    settings config;

private:
    std::unique_ptr<engine_set> made_;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(engine_set_tests, fixture)

CAF_TEST(by itself there is preview alone) {
    CAF_CHECK_EQUAL(order(1), "preview ");
    CAF_CHECK_EQUAL(engines().size(), 1u);
    CAF_CHECK_EQUAL(engines().slots(engine_id{0}), 2u);
    CAF_CHECK(!engines().find("openai"));
}

CAF_TEST(a style begins with its engine and falls back on the usual ones) {
    config.generations.engine = "sdcpp";
    config.generations.fallback = "sdapi, sdcpp, compatible, preview";
    config.generations.styles = "7: replicate, 8: preview";
    config.engines.sdapi.slots = 3;
    CAF_CHECK_EQUAL(order(1), "sdcpp sdapi compatible preview ");
    CAF_CHECK_EQUAL(order(7), "replicate sdcpp sdapi compatible preview ");
    CAF_CHECK_EQUAL(order(8), "preview sdcpp sdapi compatible ");
    CAF_CHECK_EQUAL(engines().size(), 5u);
    CAF_CHECK_EQUAL(engines().slots(*engines().find("sdapi")), 3u);
    engines().stop();
}

CAF_TEST_FIXTURE_SCOPE_END()
