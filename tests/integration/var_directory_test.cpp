#define CAF_SUITE var_directory

#include "persistence/var_directory.hpp"
#include "tests/support/child.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"

#include <fstream>
#include <sched.h>
#include <sys/mount.h>

using namespace atelier;
namespace fs = std::filesystem;
using use = var_directory::use;

namespace {

/// What opening says: "" = it worked.
std::string complaint(const fs::path& root, use how) {
    const auto var = var_directory::open(root, how);
    return var ? "" : var.error().detail;
}

bool contains(const std::string& text, std::string_view part) {
    const bool found = text.find(part) != std::string::npos;
    if (!found)
        CAF_MESSAGE("without \"" << part << "\": " << text);
    return found;
}

} // namespace

CAF_TEST(a state directory is made with everything in it and private) {
    test::temporary_directory place;
    const auto root = place.path() / "deep" / "in" / "var";
    const auto var = var_directory::open(root, use::exclusive);
    CAF_REQUIRE(var.has_value());
    CAF_CHECK(var->root() == root);
    for (const auto& directory :
         {var->postgres(), var->mail(), var->storage(), var->tmp(), var->log(), var->run()}) {
        CAF_CHECK(fs::is_directory(directory));
        CAF_CHECK(fs::status(directory).permissions() == fs::perms::owner_all);
    }
}

CAF_TEST(a relative path is made absolute) {
    test::temporary_directory place;
    const auto before = fs::current_path();
    fs::current_path(place.path());
    const auto var = var_directory::open("var", use::shared);
    fs::current_path(before);
    CAF_REQUIRE(var.has_value());
    CAF_CHECK(var->root() == place.path() / "var");
}

CAF_TEST(a second service is refused and told of the first while a tool is let in) {
    test::temporary_directory place;
    {
        const auto first = var_directory::open(place.path(), use::exclusive);
        CAF_REQUIRE(first.has_value());
        const auto refusal = var_directory::open(place.path(), use::exclusive);
        CAF_REQUIRE(!refusal.has_value());
        CAF_CHECK(refusal.error().code == errc::state_conflict);
        CAF_CHECK_EQUAL(refusal.error().detail, "another instance (process " + std::to_string(::getpid()) +
                                                    ") is already using " + place.path().string());
        CAF_CHECK_EQUAL(complaint(place.path(), use::shared), "");
    }
    CAF_CHECK_EQUAL(complaint(place.path(), use::exclusive), "");
}

CAF_TEST(a killed service leaves nothing that would hinder the next) {
    test::temporary_directory place;
    const auto name = test::in_killed_child([&] {
        // Never destroyed: the process is killed.
        static const auto var = var_directory::open(place.path(), use::exclusive);
        std::ofstream{var->tmp() / "upload"} << "half";
        fs::create_directories(var->tmp() / "more" / "of it");
        std::ofstream{var->mail() / "mail"} << "kept";
        return std::string{"upload"};
    });
    CAF_REQUIRE_EQUAL(name, "upload");
    CAF_REQUIRE(fs::exists(place.path() / "tmp" / name));
    CAF_CHECK_EQUAL(complaint(place.path(), use::shared), "");
    CAF_CHECK(fs::exists(place.path() / "tmp" / name));
    CAF_CHECK_EQUAL(complaint(place.path(), use::exclusive), "");
    CAF_CHECK(fs::is_empty(place.path() / "tmp"));
    CAF_CHECK(fs::exists(place.path() / "mail" / "mail"));
}

CAF_TEST(a place that cannot be used is refused in one line) {
    test::temporary_directory place;
    std::ofstream{place.path() / "file"} << "no directory";
    CAF_CHECK(contains(complaint(place.path() / "file", use::shared), "is not a directory"));
    CAF_CHECK(contains(complaint("/proc/var", use::shared), "cannot create /proc/var"));
    CAF_CHECK_EQUAL(complaint(place.path() / "var", use::exclusive), "");
    fs::permissions(place.path(), fs::perms::owner_all | fs::perms::others_exec);
    fs::permissions(place.path() / "var",
                    fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_exec);
    fs::permissions(place.path() / "var" / "mail", fs::perms::none);
    CAF_CHECK(contains(test::in_child([&] {
                           if (::geteuid() == 0)
                               test::become_ordinary_user();
                           return complaint(place.path() / "var", use::exclusive);
                       }),
                       "Permission denied"));
    fs::permissions(place.path() / "var" / "mail", fs::perms::owner_all);
}

CAF_TEST(a full disk is named as the reason) {
    if (::geteuid() != 0)
        return;
    test::temporary_directory place;
    const auto reason = test::in_child([&] {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("small", place.path().c_str(), "tmpfs", 0, "size=64k") != 0)
            return std::string{"not permitted to mount"};
        std::ofstream{place.path() / "filler"} << std::string(128 * 1024, 'x');
        return complaint(place.path(), use::exclusive);
    });
    if (reason != "not permitted to mount")
        CAF_CHECK(contains(reason, "No space left on device"));
}
