#define CAF_SUITE auditor

#include "actors/auditor.hpp"
#include "persistence/audit_note.hpp"
#include "persistence/blobs/disk.hpp"
#include "persistence/queries/back_office.hpp"
#include "tests/integration/persistence/books.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <thread>

using namespace atelier;
using namespace atelier::test;

namespace {

class fixture : public books {
public:
    fixture() { std::filesystem::create_directory(directory.path() / "run"); }

    void wait_for_step() {
        while (audits.under_way() && audits.under_way()->step == 0)
            std::this_thread::yield();
    }
    void wait_until_ended() {
        while (audits.under_way())
            std::this_thread::yield();
    }
    std::vector<std::string> reports() { return must(queries::list_audits(database(), 10)); }

    temporary_directory directory;
    disk_store files{directory.path() / "files"};
    system_clock time;
    auditor audits{{reach(conninfo()), files, time, directory.path()}};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(auditor_tests, fixture)

CAF_TEST(an audit leaves its report and the note for the metrics) {
    const auto lot = add_lot(add_user(), 10);
    CAF_REQUIRE(audits.start());
    wait_until_ended();
    CAF_REQUIRE_EQUAL(reports().size(), 1u);
    CAF_CHECK(reports()[0].find(R"("violations":0,)") != std::string::npos);
    execute("UPDATE token_purchases SET tokens_remaining = 11 WHERE id = " + std::to_string(lot.value));
    CAF_REQUIRE(audits.start());
    wait_until_ended();
    CAF_REQUIRE_EQUAL(reports().size(), 2u);
    CAF_CHECK(reports()[0].find("holds 11, its journal says 10") != std::string::npos);
    const auto note = read_audit_note(directory.path());
    CAF_REQUIRE(note);
    CAF_CHECK(note->violations > 0);
}

CAF_TEST(one audit at a time and the end of the service ends it) {
    execute("BEGIN; LOCK TABLE token_purchases IN ACCESS EXCLUSIVE MODE");
    CAF_REQUIRE(audits.start());
    wait_for_step();
    CAF_REQUIRE(audits.under_way());
    CAF_CHECK_EQUAL(audits.under_way()->step, 1u);
    CAF_CHECK(audits.under_way()->steps > 10);
    CAF_CHECK(audits.start().error().code == errc::state_conflict);
    audits.stop();
    CAF_CHECK(!audits.under_way());
    execute("ROLLBACK");
    CAF_CHECK(reports().empty());
    CAF_CHECK(audits.start().error().code == errc::unavailable);
}

CAF_TEST_FIXTURE_SCOPE_END()
