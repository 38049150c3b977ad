#define CAF_SUITE blobs_s3

#include "tests/unit/persistence/s3_bucket.hpp"

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

/// Larger than the threshold, and no two parts alike.
std::string large_content() {
    std::string text;
    for (int i = 0; text.size() < 150'000; ++i)
        text += std::to_string(i) + "\n";
    return text;
}

void check_unavailable(const outcome<blob_digest>& result) {
    CAF_REQUIRE(!result.has_value());
    CAF_CHECK(result.error().code == errc::unavailable);
    for (const auto secret : {s3_stand_in::access_key, s3_stand_in::secret_key})
        CAF_CHECK(result.error().detail.find(secret) == std::string::npos);
    CAF_CHECK(result.error().detail.find("X-Amz") == std::string::npos);
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(blobs_s3_tests, bucket)

CAF_TEST(a file is stored under its key and comes back) {
    const auto source = upload("hello");
    const auto stored = store->put(key, source);
    CAF_REQUIRE(stored.has_value());
    CAF_CHECK_EQUAL(stored->byte_size, 5);
    CAF_CHECK_EQUAL(stored->checksum, "XUFAKrxLKna5cZ2REBfFkg==");
    CAF_CHECK_EQUAL(server.content(key).value_or(""), "hello");
    CAF_CHECK(!fs::exists(source));
    const auto got = store->fetch(key, place());
    CAF_REQUIRE(got.has_value());
    CAF_CHECK_EQUAL(got->checksum, stored->checksum);
    CAF_CHECK_EQUAL(content_of(place()), "hello");
    CAF_CHECK_EQUAL(store->size(key).value(), 5);
    CAF_MESSAGE("no file is overwritten by another");
    CAF_CHECK(!store->fetch(key, place()).has_value());
}

CAF_TEST(an empty file is a file) {
    CAF_REQUIRE(store->put(key, upload("")).has_value());
    CAF_CHECK_EQUAL(server.content(key).value_or("?"), "");
    CAF_REQUIRE(store->fetch(key, place()).has_value());
    CAF_CHECK_EQUAL(content_of(place()), "");
}

CAF_TEST(ranges are read) {
    server.add(key, "0123456789", time.now());
    CAF_CHECK_EQUAL(store->read(key, 2, 3).value(), "234");
    CAF_CHECK_EQUAL(store->read(key, 8, 10).value(), "89");
    const auto beyond = store->read(key, 10, 1);
    CAF_REQUIRE(!beyond.has_value());
    CAF_CHECK(beyond.error().code == errc::range_not_satisfiable);
    const auto missing = store->read(other_key, 0, 1);
    CAF_REQUIRE(!missing.has_value());
    CAF_CHECK(missing.error().code == errc::not_found);
}

CAF_TEST(a large file goes in parts) {
    const auto content = large_content();
    const auto stored = store->put(key, upload(content));
    CAF_REQUIRE(stored.has_value());
    CAF_CHECK(server.content(key) == content);
    CAF_CHECK_EQUAL(server.open_uploads(), 0u);
    CAF_CHECK_EQUAL(count("PUT 200"), 4);
    CAF_MESSAGE("its ETag is no digest, so that comparing reads it");
    CAF_CHECK(is_same(store->compare(key, stored->checksum, stored->byte_size)));
    CAF_CHECK(!is_same(store->compare(key, "XUFAKrxLKna5cZ2REBfFkg==", stored->byte_size)));
}

CAF_TEST(an upload in parts that fails is given up) {
    server.fail("PUT", {s3_fault::internal_error, s3_fault::internal_error, s3_fault::internal_error});
    const auto source = upload(large_content());
    check_unavailable(store->put(key, source));
    CAF_CHECK_EQUAL(server.open_uploads(), 0u);
    CAF_CHECK(!server.content(key).has_value());
    CAF_CHECK(fs::exists(source));
    CAF_CHECK(store->put(key, source).has_value());
}

CAF_TEST(a completion may fail late or have its answer lost) {
    const auto content = large_content();
    for (const auto fault : {s3_fault::late_error, s3_fault::lost_answer}) {
        const auto& name = fault == s3_fault::late_error ? key : other_key;
        server.fail("PUT", {s3_fault::slow_down});
        server.fail("POST", {s3_fault::none, fault}); // the first begins the upload
        const auto source = upload(content);
        CAF_CHECK(store->put(name, source).has_value());
        CAF_CHECK(server.content(name) == content);
    }
    CAF_CHECK_EQUAL(server.open_uploads(), 0u);
}

CAF_TEST(what passes is tried again) {
    using enum s3_fault;
    for (const auto fault : {internal_error, slow_down, hang_up, lost_answer}) {
        server.fail("PUT", {fault, fault});
        CAF_CHECK(store->put(key, upload("hello")).has_value());
        CAF_CHECK_EQUAL(server.content(key).value_or(""), "hello");
        server.fail("GET", {fault, fault});
        CAF_CHECK_EQUAL(store->read(key, 0, 5).value(), "hello");
        server.fail("DELETE", {fault, fault});
        CAF_CHECK(store->remove(key));
        CAF_CHECK(!server.content(key).has_value());
    }
}

CAF_TEST(attempts have an end) {
    using enum s3_fault;
    server.fail("PUT", {slow_down, slow_down, slow_down, slow_down});
    const auto source = upload("hello");
    const auto stored = store->put(key, source);
    check_unavailable(stored);
    CAF_CHECK(stored.error().detail.find("503, SlowDown") != std::string::npos);
    CAF_CHECK_EQUAL(count("PUT 503"), 3);
    CAF_CHECK(fs::exists(source));
}

CAF_TEST(what does not pass is not tried again) {
    server.fail("PUT", {s3_fault::denied});
    const auto stored = store->put(key, upload("hello"));
    check_unavailable(stored);
    CAF_CHECK(stored.error().detail.find("AccessDenied") != std::string::npos);
    CAF_CHECK_EQUAL(count("PUT 403"), 1);
    CAF_CHECK_EQUAL(count("PUT 200"), 0);
}

CAF_TEST(an answer about another content is a failure and leaves nothing) {
    server.fail("PUT", {s3_fault::wrong_etag});
    const auto source = upload("hello");
    check_unavailable(store->put(key, source));
    CAF_CHECK(!server.content(key).has_value());
    CAF_CHECK(fs::exists(source));
    server.add(key, "hello", time.now());
    server.fail("GET", {s3_fault::wrong_etag});
    CAF_CHECK(!store->fetch(key, place()).has_value());
    CAF_CHECK(!fs::exists(place()));
}

CAF_TEST(a body that is cut is fetched from the start) {
    const auto content = large_content();
    server.add(key, content, time.now());
    server.fail("GET", {s3_fault::cut_body, s3_fault::cut_body});
    CAF_REQUIRE(store->fetch(key, place()).has_value());
    CAF_CHECK(content_of(place()) == content);
}

CAF_TEST(an encrypted bucket has no digests to compare) {
    server.encrypt();
    const auto stored = store->put(key, upload("hello"));
    CAF_REQUIRE(stored.has_value());
    CAF_CHECK(is_same(store->compare(key, stored->checksum, 5)));
    CAF_CHECK(!is_same(store->compare(key, "1B2M2Y8AsgTpgAmY7PhCfg==", 5)));
    CAF_CHECK(store->put(other_key, upload(large_content())).has_value());
}

CAF_TEST(too large is too large in both directions) {
    const auto source = upload(std::string(1'000'001, 'x'));
    const auto stored = store->put(key, source);
    CAF_REQUIRE(!stored.has_value());
    CAF_CHECK(stored.error().code == errc::payload_too_large);
    server.add(key, std::string(1'000'001, 'x'), time.now());
    const auto got = store->fetch(key, place());
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::payload_too_large);
    CAF_CHECK(!fs::exists(place()));
}

CAF_TEST(a key is written once and must be one) {
    server.add(key, "first", time.now());
    const auto again = store->put(key, upload("second"));
    CAF_REQUIRE(!again.has_value());
    CAF_CHECK(again.error().code == errc::internal);
    CAF_CHECK_EQUAL(server.content(key).value_or(""), "first");
    const auto requests = server.log().size();
    for (const std::string_view bad : {"", "../../etc/passwd00000000", "xtapjjcjiudrlk3tmwyjgpuob/bd"}) {
        CAF_CHECK(!store->put(bad, upload("x")).has_value());
        CAF_CHECK(!store->remove(bad));
        CAF_CHECK(!store->size(bad).has_value());
        CAF_CHECK(!is_same(store->compare(bad, "", 0)));
        CAF_CHECK_EQUAL(store->link(bad, {}), "");
    }
    CAF_CHECK_EQUAL(server.log().size(), requests);
    CAF_CHECK(store->path(key).empty());
}

CAF_TEST(comparing tells missing from unknown) {
    CAF_CHECK_EQUAL(store->compare(key, "XUFAKrxLKna5cZ2REBfFkg==", 5).value(), false);
    server.add(key, "hello", time.now());
    CAF_CHECK_EQUAL(store->compare(key, "XUFAKrxLKna5cZ2REBfFkg==", 5).value(), true);
    CAF_CHECK_EQUAL(store->compare(key, "XUFAKrxLKna5cZ2REBfFkg==", 6).value(), false);
    server.fail("HEAD", {s3_fault::denied});
    CAF_CHECK(!store->compare(key, "XUFAKrxLKna5cZ2REBfFkg==", 5).has_value());
}

CAF_TEST(old files are visited over all pages and old uploads given up) {
    for (int i = 0; i < 8; ++i)
        server.add("0123456789abcdefghijklmnopq" + std::to_string(i), "x",
                   time.now() - std::chrono::hours{i < 4 ? 48 : 1});
    server.add("variants/of/rails", "x", time.now() - 48h);
    server.add_upload(key, "old", time.now() - 48h);
    server.add_upload(key, "new", time.now());
    std::vector<std::string> keys;
    store->for_each_older_than(time.now() - 24h,
                               [&](const std::string& each) { return keys.push_back(each), true; });
    CAF_CHECK_EQUAL(keys.size(), 4u);
    CAF_CHECK_EQUAL(server.open_uploads(), 1u);
    keys.clear();
    store->for_each_older_than(time.now(),
                               [&](const std::string& each) { return keys.push_back(each), false; });
    CAF_CHECK_EQUAL(keys.size(), 1u);
}

CAF_TEST(a wrong secret and a wrong clock are refused in words without secrets) {
    auto all = settings();
    all.credentials.secret_access_key = "a wrong one";
    const auto stranger = opened(all);
    const auto refused = stranger->put(key, upload("hello"));
    check_unavailable(refused);
    const auto listed = stranger->check();
    CAF_REQUIRE(!listed.has_value());
    CAF_CHECK(listed.error().detail.find("SignatureDoesNotMatch") != std::string::npos);
    manual_clock late;
    late.advance(std::chrono::hours{1});
    const auto slow = s3_store::open(settings(), late);
    CAF_REQUIRE(slow.has_value());
    const auto skewed = (*slow)->check();
    CAF_REQUIRE(!skewed.has_value());
    CAF_CHECK(skewed.error().detail.find("clock") != std::string::npos);
}

CAF_TEST(checking writes and leaves nothing) {
    CAF_CHECK(store->check().has_value());
    CAF_CHECK_EQUAL(server.log(), (std::vector<std::string>{"PUT 200", "DELETE 204"}));
}

CAF_TEST(a store that was stopped refuses) {
    store->stop();
    check_unavailable(store->put(key, upload("hello")));
    CAF_CHECK(server.log().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
