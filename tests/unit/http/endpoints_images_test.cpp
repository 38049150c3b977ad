#define CAF_SUITE endpoints_images
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

using namespace atelier;
using namespace atelier::test::endpoints;

namespace {

/// Uploads of ann, with their bodies in files as the server leaves them.
struct uploads {
    front_end front;
    test::temporary_directory directory;

    response send(std::string target, std::string type, const std::string& body) {
        auto r = by_ann(post(std::move(target), "", std::move(type)));
        const auto path = directory.path() / "body";
        std::ofstream{path, std::ios::binary} << body;
        r.body_file = std::make_shared<temporary_file>(path);
        r.body_size = body.size();
        return front.send(std::move(r));
    }
    response send_form(const std::string& body) {
        return send("/v1/images", "multipart/form-data; boundary=\"b-1\"", body);
    }
    bool nothing_left() const { return std::filesystem::is_empty(directory.path()); }
};

std::string part(const std::string& headers, const std::string& content) {
    return "--b-1\r\n" + headers + "\r\n\r\n" + content + "\r\n";
}
std::string file_part(const std::string& content, const std::string& more = "") {
    return part("Content-Disposition: form-data; name=\"file\"; filename=\"My kitchen.webp\"" + more,
                content);
}

} // namespace

CAF_TEST(a raw picture is handed on as it lies on disk) {
    uploads u;
    const auto r = u.send("/v1/images?room_type=living_room", "image/jpeg", "\xFF\xD8 picture");
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK_EQUAL(header(r, "Location"), "/v1/images/31");
    CAF_CHECK(contains(text(r), R"({"id":31,"kind":"input","room_type":"kitchen",)"));
    CAF_CHECK_EQUAL(u.front.calls().back(), "add_image 7");
    CAF_CHECK_EQUAL(u.front.backend.last_upload.path, u.directory.path() / "body");
    CAF_CHECK_EQUAL(u.front.backend.last_upload.filename, "upload.jpeg");
    CAF_CHECK_EQUAL(u.front.backend.last_upload.room_type, "living_room");
    CAF_CHECK_EQUAL(u.front.backend.last_upload_bytes, "\xFF\xD8 picture");
    CAF_CHECK(u.nothing_left());
}

CAF_TEST(raw pictures are JPEG and PNG and WebP) {
    uploads u;
    for (const auto* type : {"image/jpeg", "image/png", "image/webp", "IMAGE/PNG", "image/png; q=1"})
        CAF_CHECK_EQUAL(u.send("/v1/images", type, "x").status, 201u);
    CAF_CHECK_EQUAL(u.front.backend.last_upload.room_type, "");
    const auto taken = u.front.calls().size();
    for (const auto* type : {"", "image/gif", "image/svg+xml", "application/octet-stream", "text/json",
                             "multipart/mixed; boundary=b"})
        CAF_CHECK(is_problem(u.send("/v1/images", type, "x"), errc::unsupported_media_type));
    CAF_CHECK_EQUAL(u.front.calls().size(), taken);
    CAF_CHECK(u.nothing_left());
}

CAF_TEST(room types are short words) {
    uploads u;
    CAF_CHECK_EQUAL(u.send("/v1/images?room_type=" + std::string(40, 'a'), "image/png", "x").status, 201u);
    for (const auto& room : {std::string{}, std::string{"Kitchen"}, std::string{"a-b"}, std::string{"a%20b"},
                             std::string{"room1"}, std::string(41, 'a'), std::string{"%D0%B0"}})
        CAF_CHECK(
            blames(u.send("/v1/images?room_type=" + room, "image/png", "x"), {{"room_type", "invalid"}}));
}

CAF_TEST(an upload without a body is refused) {
    uploads u;
    CAF_CHECK(blames(u.send("/v1/images", "image/png", ""), {{"file", "required"}}));
    CAF_CHECK(blames(u.send_form(""), {{"file", "required"}}));
    CAF_CHECK(blames(u.front.send(by_ann(post("/v1/images", "", "image/png"))), {{"file", "required"}}));
    CAF_CHECK(u.front.calls().empty());
}

CAF_TEST(the picture is taken out of a form) {
    uploads u;
    // larger than the blocks in which it is copied, and full of what looks like a boundary
    std::string picture;
    while (picture.size() < 700'000)
        picture += "\r\n--b-\r\n--b\r\n-b-1" + std::to_string(picture.size());
    const auto r = u.send_form(part("Content-Disposition: form-data; name=\"note\"", "hello") +
                               file_part(picture, "\r\nContent-Type: image/webp") + "--b-1--\r\n");
    CAF_CHECK_EQUAL(r.status, 201u);
    CAF_CHECK(u.front.backend.last_upload_bytes == picture);
    CAF_CHECK_EQUAL(u.front.backend.last_upload.filename, "My kitchen.webp");
    CAF_CHECK_NOT_EQUAL(u.front.backend.last_upload.path, u.directory.path() / "body");
    CAF_CHECK(u.nothing_left());
}

CAF_TEST(a form may not know the type of the picture) {
    uploads u;
    CAF_CHECK_EQUAL(u.send_form(file_part("x") + "--b-1--").status, 201u);
    CAF_CHECK_EQUAL(
        u.send_form(file_part("x", "\r\nContent-Type: application/octet-stream") + "--b-1--").status, 201u);
    CAF_CHECK_EQUAL(
        u.send_form(part("Content-Disposition: form-data; name=\"file\"", "x") + "--b-1--").status, 201u);
    CAF_CHECK_EQUAL(u.front.backend.last_upload.filename, "upload");
    CAF_CHECK(is_problem(u.send_form(file_part("x", "\r\nContent-Type: text/plain") + "--b-1--"),
                         errc::unsupported_media_type));
    CAF_CHECK(u.nothing_left());
}

CAF_TEST(a form without exactly one picture is refused) {
    uploads u;
    CAF_CHECK(blames(u.send_form(part("Content-Disposition: form-data; name=\"photo\"", "x") + "--b-1--"),
                     {{"file", "required"}}));
    CAF_CHECK(blames(u.send_form(file_part("x") + file_part("y") + "--b-1--"), {{"file", "repeated"}}));
    CAF_CHECK(blames(u.send_form(file_part("") + "--b-1--"), {{"file", "required"}}));
    CAF_CHECK(is_problem(u.send_form(file_part("x")), errc::malformed_request));
    CAF_CHECK(is_problem(u.send_form("no multipart at all"), errc::malformed_request));
    CAF_CHECK(is_problem(u.send("/v1/images", "multipart/form-data", file_part("x") + "--b-1--"),
                         errc::malformed_request));
    CAF_CHECK(u.front.calls().empty());
    CAF_CHECK(u.nothing_left());
}

CAF_TEST(a disk that is full is no fault of the client) {
    uploads u;
    const auto blocking = u.directory.path() / "body.part"; // there already, so that it cannot be made
    std::filesystem::create_directory(blocking);
    const auto r = u.send_form(file_part("x") + "--b-1--");
    CAF_CHECK(is_problem(r, errc::unavailable));
    CAF_CHECK(u.front.calls().empty());
}

CAF_TEST(a picture that the service refuses leaves nothing behind) {
    uploads u;
    for (const auto code : {errc::invalid_image, errc::image_too_large, errc::overloaded}) {
        u.front.backend.refusal = failure{code};
        CAF_CHECK(is_problem(u.send("/v1/images", "image/png", "x"), code));
        CAF_CHECK(is_problem(u.send_form(file_part("x") + "--b-1--"), code));
        CAF_CHECK(u.nothing_left());
    }
}

CAF_TEST(an image is described) {
    front_end front;
    const auto r = front.send(by_ann(get("/v1/images/31")));
    CAF_CHECK_EQUAL(r.status, 200u);
    CAF_CHECK(contains(text(r), R"("content_type":"image/jpeg","byte_size":1000,"width":40,"height":30,)"));
    CAF_CHECK(contains(text(r), R"("url":"/files/31","thumbnail_url":"/files/31?width=320",)"));
    CAF_CHECK_EQUAL(front.calls().back(), "image 7 31");
    front.backend.refusal = failure{errc::not_found};
    CAF_CHECK(is_problem(front.send(by_ann(get("/v1/images/31"))), errc::not_found));
}
