#define CAF_SUITE endpoints_library
#include "actors/domain/views.hpp"
#include "http/cursor.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

const std::string announced =
    R"({"blob":{"filename":"room.jpg","byte_size":5,"checksum":"XUFAKrxLKna5cZ2REBfFkg==",)"
    R"("content_type":"image/jpeg"}})";

request remove(std::string target) {
    return make_request(method::delete_, std::move(target));
}

/// A front end that gets bodies in files.
struct fixture {
    front_end front;
    test::temporary_directory directory;

    request in_file(request r, const std::string& body) {
        const auto path = directory.path() / "body";
        std::ofstream{path, std::ios::binary} << body;
        r.body_file = std::make_shared<temporary_file>(path);
        r.body_size = body.size();
        return r;
    }
    response attach(const std::string& body) {
        return front.send(in_file(by_ann(post("/v1/images", "")), body));
    }
    response put(const std::string& type, const std::string& body) {
        auto r = make_request(method::put, "/rails/active_storage/disk/eyJ%3D%3D--ab");
        return front.send(in_file(with(std::move(r), "content-type", type), body));
    }
    bool nothing_left() const { return std::filesystem::is_empty(directory.path()); }
};

} // namespace

CAF_TEST(a direct upload is offered on both paths and to who is signed in) {
    fixture f;
    for (const auto* path : {"/v1/direct_uploads", "/rails/active_storage/direct_uploads"}) {
        const auto r = f.front.send(by_ann(post(path, announced)));
        CAF_CHECK_EQUAL(r.status, 200u);
        CAF_CHECK_EQUAL(f.front.calls().back(), "begin_direct_upload 7");
        CAF_CHECK(
            contains(text(r), R"({"id":41,"key":"xtapjjcjiudrlk3tmwyjgpuobabd","filename":"room.jpg",)"));
        CAF_CHECK(contains(
            text(r),
            R"("signed_id":"signed","direct_upload":{"url":"http://here/rails/active_storage/disk/token",)"));
        CAF_CHECK_EQUAL(header(r, "Cache-Control"), "no-store");
        CAF_CHECK(is_problem(f.front.send(post(path, announced)), errc::unauthenticated));
    }
    CAF_CHECK_EQUAL(f.front.backend.last_announced.byte_size, 5);
    const auto asked = f.front.calls().size();
    CAF_CHECK(is_problem(f.front.send(by_ann(post("/v1/direct_uploads", announced, "text/plain"))),
                         errc::unsupported_media_type));
    CAF_CHECK(blames(f.front.send(by_ann(post("/v1/direct_uploads", "{}"))), {{"blob", "required"}}));
    CAF_CHECK(is_problem(f.front.send(by_ann(post("/v1/direct_uploads", "nonsense"))), errc::malformed_json));
    CAF_CHECK_EQUAL(f.front.calls().size(), asked);
    f.front.backend.refusal = failure{errc::rate_limited};
    CAF_CHECK(is_problem(f.front.send(by_ann(post("/v1/direct_uploads", announced))), errc::rate_limited));
}

CAF_TEST(the file of a direct upload needs its address only) {
    fixture f;
    const auto r = f.put("image/jpeg; q=1", "hello");
    CAF_CHECK_EQUAL(r.status, 204u);
    CAF_CHECK_EQUAL(f.front.calls().back(), "receive_direct_upload eyJ==--ab");
    const auto& content = f.front.backend.last_content;
    CAF_CHECK_EQUAL(content.content_type, "image/jpeg");
    CAF_CHECK_EQUAL(content.byte_size, 5u);
    CAF_CHECK_EQUAL(f.front.backend.last_upload_bytes, "hello");
    CAF_CHECK(f.nothing_left());
    // nothing in the body
    CAF_CHECK_EQUAL(f.front.send(make_request(method::put, "/rails/active_storage/disk/x")).status, 204u);
    CAF_CHECK(content.path.empty());
    for (const auto code : {errc::not_found, errc::validation_failed, errc::unavailable}) {
        f.front.backend.refusal = failure{code};
        CAF_CHECK(is_problem(f.put("image/jpeg", "hello"), code));
        CAF_CHECK(f.nothing_left());
    }
}

CAF_TEST(an upload is attached by its signed id) {
    fixture f;
    const auto r = f.attach(R"({"signed_id":"eyJ--ab","room_type":"kitchen"})");
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(header(r, "Location"), "/v1/images/31");
    CAF_CHECK_EQUAL(text(r), image_json(sample_image(), f.front.backend.links_of(sample_image().id)));
    CAF_CHECK_EQUAL(f.front.calls().back(), "attach_image 7 eyJ--ab kitchen");
    f.attach(R"({"signed_id":"eyJ--ab"})");
    CAF_CHECK_EQUAL(f.front.calls().back(), "attach_image 7 eyJ--ab ");
    const auto attached = f.front.calls().size();
    CAF_CHECK(blames(f.attach("{}"), {{"signed_id", "required"}}));
    CAF_CHECK(blames(f.attach(R"({"signed_id":"x","room_type":"Kitchen"})"), {{"room_type", "invalid"}}));
    CAF_CHECK(blames(f.attach(R"({"signed_id":"x","rooms":"kitchen"})"), {{"rooms", "unknown"}}));
    CAF_CHECK(is_problem(f.attach("{"), errc::malformed_json));
    CAF_CHECK(is_problem(f.attach(std::string(17'000, ' ')), errc::payload_too_large));
    CAF_CHECK(is_problem(f.front.send(by_ann(post("/v1/images", ""))), errc::malformed_json));
    CAF_CHECK_EQUAL(f.front.calls().size(), attached);
    CAF_CHECK(f.nothing_left());
}

CAF_TEST(an image shows its signed id) {
    auto image = sample_image();
    CAF_CHECK(contains(image_json(image, {}), R"("signed_id":null)"));
    image.signed_id = "eyJ--ab";
    CAF_CHECK(contains(image_json(image, {}), R"("signed_id":"eyJ--ab")"));
}

CAF_TEST(images are listed page by page) {
    front_end front;
    front.backend.all_images.data = {sample_image()};
    front.backend.all_images.next = 31;
    const auto r = front.send(by_ann(get("/v1/images?kind=input&room_type=kitchen&limit=5")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "images 7 0 5 input;room_type=kitchen;");
    const auto next = encode_cursor(cursor_kind::images, 31, "input;room_type=kitchen;");
    CAF_CHECK_EQUAL(text(r), R"({"data":[)" +
                                 image_json(sample_image(), front.backend.links_of(image_id{31})) +
                                 R"(],"next_cursor":")" + next + "\"}");
    front.send(by_ann(get("/v1/images?room_type=kitchen&kind=input&cursor=" + next)));
    CAF_CHECK_EQUAL(front.calls().back(), "images 7 31 20 input;room_type=kitchen;");
    const auto asked = front.calls().size();
    for (const auto* other : {"kind=output&room_type=kitchen&", "kind=input&", ""})
        CAF_CHECK(blames(front.send(by_ann(get(std::string{"/v1/images?"} + other + "cursor=" + next))),
                         {{"cursor", "invalid"}}));
    CAF_CHECK(blames(front.send(by_ann(get("/v1/images?kind=photo"))), {{"kind", "invalid"}}));
    CAF_CHECK(blames(front.send(by_ann(get("/v1/images?room_type=Bath"))), {{"room_type", "invalid"}}));
    CAF_CHECK(is_problem(front.send(get("/v1/images")), errc::unauthenticated));
    CAF_CHECK_EQUAL(front.calls().size(), asked);
}

CAF_TEST(generations are narrowed by status and style and room) {
    front_end front;
    front.backend.all_generations.data = {sample_generation()};
    front.backend.all_generations.next = 51;
    const auto r = front.send(by_ann(get("/v1/generations?status=failed&style_id=3&room_type=kitchen")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK_EQUAL(front.calls().back(), "generations 7 0 20 status=failed;style=3;room_type=kitchen;");
    const auto next = encode_cursor(cursor_kind::generations, 51, "status=failed;");
    front.send(by_ann(get("/v1/generations?status=failed&cursor=" + next)));
    CAF_CHECK_EQUAL(front.calls().back(), "generations 7 51 20 status=failed;");
    const auto asked = front.calls().size();
    for (const auto* other : {"status=succeeded&", "status=failed&style_id=3&", ""})
        CAF_CHECK(blames(front.send(by_ann(get(std::string{"/v1/generations?"} + other + "cursor=" + next))),
                         {{"cursor", "invalid"}}));
    for (const auto* status : {"canceled", "", "FAILED"})
        CAF_CHECK(blames(front.send(by_ann(get(std::string{"/v1/generations?status="} + status))),
                         {{"status", "invalid"}}));
    for (const auto* style : {"0", "-1", "x", "1x", "", "99999999999999999999"})
        CAF_CHECK(blames(front.send(by_ann(get(std::string{"/v1/generations?style_id="} + style))),
                         {{"style_id", "invalid"}}));
    CAF_CHECK(blames(front.send(by_ann(get("/v1/generations?room_type=1"))), {{"room_type", "invalid"}}));
    CAF_CHECK_EQUAL(front.calls().size(), asked);
}

CAF_TEST(images and generations are deleted by their owner) {
    front_end front;
    CAF_CHECK_EQUAL(front.send(by_ann(remove("/v1/images/31"))).status, 204u);
    CAF_CHECK_EQUAL(front.calls().back(), "delete_image 7 31");
    CAF_CHECK_EQUAL(front.send(by_ann(remove("/v1/generations/51"))).status, 204u);
    CAF_CHECK_EQUAL(front.calls().back(), "delete_generation 7 51");
    const auto asked = front.calls().size();
    for (const auto* path : {"/v1/images/", "/v1/generations/"}) {
        CAF_CHECK(is_problem(front.send(remove(std::string{path} + "31")), errc::unauthenticated));
        CAF_CHECK(is_problem(front.send(by_ann(remove(std::string{path} + "031"))), errc::not_found));
    }
    CAF_CHECK_EQUAL(front.calls().size(), asked);
    for (const auto code : {errc::not_found, errc::state_conflict}) {
        front.backend.refusal = failure{code};
        CAF_CHECK(is_problem(front.send(by_ann(remove("/v1/images/31"))), code));
        CAF_CHECK(is_problem(front.send(by_ann(remove("/v1/generations/51"))), code));
    }
}
