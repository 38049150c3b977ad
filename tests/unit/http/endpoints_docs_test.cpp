#define CAF_SUITE endpoints_docs
#include "http/docs/assets.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

CAF_TEST(the document is served as it stands in the tree) {
    front_end front;
    const auto plain = front.send(get("/openapi.json"));
    CAF_CHECK_EQUAL(plain.status, 200u);
    CAF_CHECK_EQUAL(plain.content_type, "application/json");
    CAF_CHECK_EQUAL(header(plain, "Content-Encoding"), "");
    CAF_CHECK(text(plain) == read_file(test::source_directory() / "http/openapi.json"));
}

CAF_TEST(who takes gzip gets it and nobody gets twice what has not changed) {
    front_end front;
    const auto plain = front.send(get("/openapi.json"));
    const auto small = front.send(with(get("/openapi.json"), "accept-encoding", "br, gzip"));
    CAF_CHECK_EQUAL(header(small, "Content-Encoding"), "gzip");
    CAF_CHECK(text(small).starts_with("\x1f\x8b"));
    CAF_CHECK_LESS(text(small).size() * 5, text(plain).size());
    CAF_CHECK_EQUAL(header(small, "Vary"), "Accept-Encoding");
    CAF_CHECK_NOT_EQUAL(header(small, "ETag"), header(plain, "ETag"));

    const auto again = front.send(with(get("/openapi.json"), "if-none-match", header(plain, "ETag")));
    CAF_CHECK_EQUAL(again.status, 304u);
    CAF_CHECK_EQUAL(header(again, "ETag"), header(plain, "ETag"));
    const auto other = front.send(with(get("/openapi.json"), "if-none-match", header(small, "ETag")));
    CAF_CHECK_EQUAL(other.status, 200u);
}

CAF_TEST(the page has what it names and nothing of other hosts) {
    front_end front;
    const auto page = front.send(get("/docs"));
    CAF_CHECK_EQUAL(page.status, 200u);
    CAF_CHECK(contains(header(page, "Content-Security-Policy"), "default-src 'none'"));
    CAF_CHECK(!contains(text(page), "//"));
    std::size_t named = 0;
    for (const auto& file : http::docs::assets) {
        const auto address = "/docs/" + std::string{file.name};
        if (!contains(text(page), address))
            continue;
        ++named;
        const auto r = front.send(get(address));
        CAF_CHECK_EQUAL(r.status, 200u);
        CAF_CHECK(!text(r).empty());
    }
    CAF_CHECK_EQUAL(named, 3u);
    CAF_CHECK_EQUAL(front.send(get("/docs/swagger-ui.css")).content_type, "text/css; charset=utf-8");
    for (const auto* unknown : {"/docs/x.js", "/docs/openapi.json", "/docs/docs.html"})
        CAF_CHECK(is_problem(front.send(get(unknown)), errc::not_found));
}
