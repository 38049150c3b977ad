#define CAF_SUITE blobs_s3_addresses

#include "tests/unit/persistence/s3_bucket.hpp"

#include <curl/curl.h>

using namespace atelier;
using namespace atelier::test;
using namespace std::chrono_literals;

namespace {

struct fetched {
    long status = 0;
    std::string body;
    std::string head;
};

std::size_t append(char* data, std::size_t, std::size_t size, void* target) {
    static_cast<std::string*>(target)->append(data, size);
    return size;
}

/// What a browser does with an address.
fetched browse(const std::string& url, const std::string& method = "GET", const std::string& body = "",
               const std::map<std::string, std::string>& headers = {}) {
    fetched result;
    std::unique_ptr<CURL, void (*)(CURL*)> easy{curl_easy_init(), curl_easy_cleanup};
    curl_slist* lines = nullptr;
    for (const auto& [name, value] : headers)
        lines = curl_slist_append(lines, (name + ": " + value).c_str());
    curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &result.body);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, append);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &result.head);
    if (method == "PUT") {
        curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, "PUT");
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
        curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.c_str());
        curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, lines);
    }
    curl_easy_perform(easy.get());
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &result.status);
    curl_slist_free_all(lines);
    return result;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(blobs_s3_addresses_tests, bucket)

CAF_TEST(a link holds until it expires) {
    server.add(key, "hello", time.now());
    const auto url = store->link(key, {"my room.jpg", "image/jpeg", 60s});
    CAF_CHECK(url.find(s3_stand_in::secret_key) == std::string::npos);
    auto seen = browse(url);
    CAF_CHECK_EQUAL(seen.status, 200);
    CAF_CHECK_EQUAL(seen.body, "hello");
    CAF_CHECK(seen.head.find("Content-Type: image/jpeg\r\n") != std::string::npos);
    CAF_CHECK(seen.head.find("filename=\"my room.jpg\"") != std::string::npos);
    CAF_CHECK_EQUAL(browse(url + "0").status, 403);
    time.advance(60s);
    CAF_CHECK_EQUAL(browse(url).status, 403);
}

CAF_TEST(a direct upload stores what was announced and nothing else) {
    const blob_digest hello{5, "XUFAKrxLKna5cZ2REBfFkg=="};
    const auto link = store->upload_link(key, "image/png", hello, 60s);
    CAF_CHECK_EQUAL(browse(link.url, "PUT", "hallo", link.headers).status, 400);
    CAF_CHECK_EQUAL(browse(link.url, "PUT", "hello!", link.headers).status, 403);
    auto headers = link.headers;
    headers["Content-Type"] = "text/html";
    CAF_CHECK_EQUAL(browse(link.url, "PUT", "hello", headers).status, 403);
    CAF_CHECK(!server.content(key).has_value());
    CAF_CHECK_EQUAL(browse(link.url, "PUT", "hello", link.headers).status, 200);
    CAF_CHECK_EQUAL(server.content(key).value_or(""), "hello");
}

CAF_TEST(a bucket may stand in the name of the host) {
    auto all = settings();
    all.place.endpoint = "http://localhost:" + server.port();
    all.place.path_style = false;
    const auto named = opened(all);
    CAF_REQUIRE(named->put(key, upload("hello")).has_value());
    CAF_CHECK_EQUAL(server.content(key).value_or(""), "hello");
}

CAF_TEST(settings that make no sense are refused) {
    const auto refused = [&](auto change) {
        auto all = settings();
        change(all);
        const auto result = s3_store::open(all, time);
        return !result.has_value() && result.error().code == errc::internal;
    };
    CAF_CHECK(refused([](s3_settings& all) { all.place.endpoint = "http://s3.example"; }));
    CAF_CHECK(refused([](s3_settings& all) { all.place.bucket = "a/b"; }));
    CAF_CHECK(refused([](s3_settings& all) { all.place.bucket = "Photos"; }));
    CAF_CHECK(refused([](s3_settings& all) { all.place.region = ""; }));
    CAF_CHECK(refused([](s3_settings& all) { all.place.path_style = false; })); // at an address
    CAF_CHECK(refused([](s3_settings& all) { all.credentials.secret_access_key = ""; }));
}

CAF_TEST(addresses are those of Amazon unless an endpoint is given) {
    const auto amazon = locate({"eu-central-1", "photos", "", false});
    CAF_REQUIRE(amazon.has_value());
    CAF_CHECK_EQUAL(amazon->origin + amazon->prefix, "https://photos.s3.eu-central-1.amazonaws.com/");
    const auto own = locate({"x", "photos", "https://storage.example:443/v1/s3", true});
    CAF_REQUIRE(own.has_value());
    CAF_CHECK_EQUAL(own->origin + own->prefix, "https://storage.example/v1/s3/photos/");
    CAF_CHECK(!locate({"x", "my.photos", "https://storage.example", false}).has_value());
    CAF_CHECK(locate({"x", "my.photos", "https://storage.example", true}).has_value());
}

CAF_TEST_FIXTURE_SCOPE_END()
