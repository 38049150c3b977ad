#define CAF_SUITE endpoints_image_files
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

const std::string tag = "\"q2hlY2s/c3Vt+A==\"";
const std::string date = "Sun, 01 Mar 2026 12:00:00 GMT";

image_file sample_content() {
    image_file content;
    content.path = "/storage/ab/cd/abcd";
    content.size = 1000;
    content.content_type = "image/jpeg";
    content.filename = "kitchen.jpg";
    content.entity_tag = tag;
    content.last_modified = noon;
    content.fresh_for = std::chrono::hours{1};
    return content;
}

/// A service with a file.
struct gallery : front_end {
    gallery() { backend.content = sample_content(); }
};

request file_request(const std::string& query = "") {
    return by_ann(get("/v1/images/31/file" + query));
}

/// As a browser's <img> asks.
request linked_request(const std::string& more = "") {
    return get("/files/31?expires=1772370000&signature=c2ln" + more);
}

} // namespace

CAF_TEST(a file is served whole with what caches need) {
    gallery front;
    const auto hold = std::make_shared<int>();
    front.backend.content.hold = hold;
    const auto r = front.send(file_request());
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(r.content_type, "image/jpeg");
    CAF_CHECK_EQUAL(header(r, "ETag"), tag);
    CAF_CHECK_EQUAL(header(r, "Last-Modified"), date);
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "private, max-age=3600");
    CAF_CHECK_EQUAL(header(r, "Accept-Ranges"), "bytes");
    CAF_CHECK_EQUAL(header(r, "Vary"), "");
    CAF_CHECK_EQUAL(header(r, "Content-Disposition"),
                    "inline; filename=\"kitchen.jpg\"; filename*=UTF-8''kitchen.jpg");
    const auto& body = std::get<file_body>(r.body);
    CAF_CHECK_EQUAL(body.path, "/storage/ab/cd/abcd");
    CAF_CHECK_EQUAL(body.offset, 0u);
    CAF_CHECK_EQUAL(body.length, 1000u);
    CAF_CHECK(body.hold == hold);
    CAF_CHECK_EQUAL(front.calls().back(), "image_content 7 31 clean");
    front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(front.send(file_request()), errc::not_found));
}

CAF_TEST(the client says which form of an image it wants) {
    gallery front;
    const auto asked = [&](const request& r) {
        front.send(r);
        return front.calls().back();
    };
    CAF_CHECK_EQUAL(asked(file_request("?original=true")), "image_content 7 31 original");
    CAF_CHECK_EQUAL(asked(file_request("?original=false")), "image_content 7 31 clean");
    CAF_CHECK_EQUAL(asked(file_request("?width=320")), "image_content 7 31 w320.jpeg");
    CAF_CHECK_EQUAL(asked(with(file_request("?width=320"), "accept", "*/*")), "image_content 7 31 w320.jpeg");
    CAF_CHECK_EQUAL(
        asked(with(file_request("?width=320&original=false"), "accept", "image/avif,image/webp,*/*;q=0.8")),
        "image_content 7 31 w320.webp");
    CAF_CHECK_EQUAL(header(front.send(file_request("?width=320")), "Vary"), "Accept");
    const auto count = front.calls().size();
    for (const auto* wrong : {"?width=", "?width=-5", "?width=0", "?width=12px", "?width=99999999999",
                              "?width=320&original=true"})
        CAF_CHECK(blames(front.send(file_request(wrong)), {{"width", "invalid"}}));
    CAF_CHECK(blames(front.send(file_request("?original=yes")), {{"original", "invalid"}}));
    CAF_MESSAGE("only its token is looked at");
    for (auto i = count; i < front.calls().size(); ++i)
        CAF_CHECK(!contains(front.calls()[i], "image_content"));
}

CAF_TEST(a signed address needs no token) {
    gallery front;
    front.backend.content.immutable = true;
    front.backend.content.fresh_for = std::chrono::seconds{1234};
    const auto r = front.send(linked_request());
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "private, max-age=1234, immutable");
    CAF_CHECK_EQUAL(front.calls().back(), "linked_image_content 31 1772370000 c2ln clean");
    front.send(with(linked_request("&width=640"), "accept", "image/webp"));
    CAF_CHECK_EQUAL(front.calls().back(), "linked_image_content 31 1772370000 c2ln w640.webp");
    CAF_MESSAGE("and never shows the original");
    CAF_CHECK(blames(front.send(linked_request("&original=true")), {{"original", "unknown"}}));
    CAF_MESSAGE("what is missing is refused by the service");
    front.send(get("/files/31"));
    CAF_CHECK_EQUAL(front.calls().back(), "linked_image_content 31   clean");
    CAF_CHECK(is_problem(front.send(get("/files/none")), errc::not_found));
    front.backend.refusal = failure{errc::forbidden};
    const auto refused = front.send(linked_request());
    CAF_CHECK_EQUAL(refused.status, 403u);
    CAF_CHECK(is_problem(refused, errc::forbidden));
}

CAF_TEST(a file that lies elsewhere is a redirect that nobody keeps) {
    gallery front;
    front.backend.content.path.clear();
    front.backend.content.redirect = "https://bucket.example/key?X-Amz-Signature=00";
    const auto r = front.send(file_request("?original=true"));
    CAF_CHECK_EQUAL(r.status, 302u);
    CAF_CHECK_EQUAL(header(r, "Location"), "https://bucket.example/key?X-Amz-Signature=00");
    CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
}

CAF_TEST(any file name can be saved and none breaks the header) {
    gallery front;
    front.backend.content.filename = "Кухня \"1\"\\ 100%\r\n.jpg";
    const auto value = header(front.send(file_request()), "Content-Disposition");
    CAF_CHECK(value.starts_with("inline; filename=\""));
    CAF_CHECK(
        contains(value, "; filename*=UTF-8''%D0%9A%D1%83%D1%85%D0%BD%D1%8F%20%221%22%5C%20100%25%0D%0A.jpg"));
    CAF_CHECK(value.find_first_of("\r\n") == std::string::npos);
    CAF_CHECK_EQUAL(std::ranges::count(value, '"'), 2);
}

CAF_TEST(a copy that is still good is not sent again) {
    gallery front;
    for (const auto& known :
         {tag, "W/" + tag, "\"other\", " + tag, "\"other\" ,W/" + tag + ", \"more\"", std::string{"*"}}) {
        const auto r = front.send(with(file_request(), "if-none-match", known));
        CAF_CHECK_EQUAL(r.status, 304u);
        CAF_CHECK_EQUAL(header(r, "ETag"), tag);
        CAF_CHECK_EQUAL(header(r, "Cache-Control"), "private, max-age=3600");
        CAF_CHECK(text(r).empty());
    }
    for (const auto* other : {"\"other\"", "", "q2hlY2s/c3Vt+A==", "\"*\"", ","})
        CAF_CHECK_EQUAL(front.send(with(file_request(), "if-none-match", other)).status, 200u);
    CAF_CHECK_EQUAL(front.send(with(file_request(), "if-modified-since", date)).status, 304u);
    CAF_CHECK_EQUAL(front.send(with(file_request(), "if-modified-since", "yesterday")).status, 200u);
    CAF_MESSAGE("a date does not count beside a tag");
    const auto dated = with(file_request(), "if-modified-since", date);
    CAF_CHECK_EQUAL(front.send(with(dated, "if-none-match", "\"other\"")).status, 200u);
    CAF_MESSAGE("and thumbnails vary then, too");
    const auto thumbnail = with(file_request("?width=320"), "if-none-match", tag);
    CAF_CHECK_EQUAL(header(front.send(thumbnail), "Vary"), "Accept");
}

CAF_TEST(a range is served in part) {
    gallery front;
    const auto r = front.send(with(file_request(), "range", "bytes=100-199"));
    CAF_CHECK_EQUAL(r.status, 206u);
    CAF_CHECK_EQUAL(header(r, "Content-Range"), "bytes 100-199/1000");
    CAF_CHECK_EQUAL(header(r, "ETag"), tag);
    CAF_CHECK_EQUAL(std::get<file_body>(r.body).offset, 100u);
    CAF_CHECK_EQUAL(std::get<file_body>(r.body).length, 100u);
    CAF_CHECK_EQUAL(front.send(with(file_request(), "range", "bytes=0-1,5-6")).status, 200u);
    CAF_CHECK_EQUAL(front.send(with(file_request(), "range", "rows=0-1")).status, 200u);
    CAF_MESSAGE("but only to a GET");
    auto head = with(file_request(), "range", "bytes=100-199");
    head.verb = method::head;
    CAF_CHECK_EQUAL(front.send(head).status, 200u);
}

CAF_TEST(a range behind the end says how long the file is) {
    gallery front;
    const auto r = front.send(with(file_request(), "range", "bytes=1000-"));
    CAF_CHECK(is_problem(r, errc::range_not_satisfiable));
    CAF_CHECK_EQUAL(header(r, "Content-Range"), "bytes */1000");
}

CAF_TEST(a range that goes with an outdated copy gets the whole file) {
    gallery front;
    const auto range = with(file_request(), "range", "bytes=0-9");
    CAF_CHECK_EQUAL(front.send(with(range, "if-range", tag)).status, 206u);
    CAF_CHECK_EQUAL(front.send(with(range, "if-range", date)).status, 206u);
    for (const auto& other :
         {std::string{"\"other\""}, "W/" + tag, std::string{"Sun, 06 Nov 1994 08:49:37 GMT"}})
        CAF_CHECK_EQUAL(front.send(with(range, "if-range", other)).status, 200u);
}
