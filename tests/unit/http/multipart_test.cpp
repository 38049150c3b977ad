#define CAF_SUITE http_multipart
#include "http/multipart.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

#include <fstream>

using namespace atelier;
using namespace atelier::http;
using namespace std::string_literals;

namespace {

const std::string bad = "malformed_request";

std::string boundary_of(std::string_view content_type) {
    const auto boundary = multipart_boundary(content_type);
    return boundary ? *boundary : test::refusal(boundary);
}

/// "name|filename|type"; a missing filename is "-".
std::string header_of(std::string_view lines) {
    const auto header = parse_part_header(lines);
    if (!header)
        return test::refusal(header);
    return header->name + '|' + header->filename.value_or("-") + '|' + header->content_type;
}

std::string disposition(const std::string& parameters) {
    return header_of("Content-Disposition: form-data; " + parameters + "\r\n");
}

std::string part(const std::string& name, const std::string& content, const std::string& more = "") {
    return "Content-Disposition: form-data; name=\"" + name + "\"" + more + "\r\n\r\n" + content;
}

/// Parts joined by the boundary "b".
std::string form(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& p : parts)
        text += "--b\r\n" + p + "\r\n";
    return text + "--b--\r\n";
}

/// The content of the part "file" of `body`, or what it was refused with.
std::string find(const std::string& body, const std::string& boundary = "b") {
    const test::temporary_directory directory;
    const auto path = directory.path() / "body";
    std::ofstream{path, std::ios::binary} << body;
    const auto found = find_part(path, boundary, "file");
    return found ? body.substr(found->offset, found->length) : test::refusal(found);
}

} // namespace

CAF_TEST(the boundary is a parameter of the media type) {
    CAF_CHECK_EQUAL(boundary_of("multipart/form-data; boundary=----WebKitFormBoundaryAbC123"),
                    "----WebKitFormBoundaryAbC123");
    CAF_CHECK_EQUAL(boundary_of("Multipart/Form-Data;charset=utf-8 ; BOUNDARY=\"a b:c\""), "a b:c");
    CAF_CHECK_EQUAL(boundary_of("multipart/form-data; boundary=a=b?c"), "a=b?c");
    CAF_CHECK_EQUAL(boundary_of("multipart/form-data; boundary=" + std::string(70, 'x')),
                    std::string(70, 'x'));
}

CAF_TEST(another media type is not supported) {
    for (const auto* type : {"", "image/jpeg", "multipart/mixed; boundary=b",
                             "multipart/form-datax; boundary=b", "multipart/form-data boundary=b"})
        CAF_CHECK_EQUAL(boundary_of(type), "unsupported_media_type");
}

CAF_TEST(a boundary that is missing or odd is refused) {
    for (const std::string type :
         {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
          "multipart/form-data; boundary=\"a", "multipart/form-data; boundary=\"a \"",
          "multipart/form-data; boundary=a b", "multipart/form-data; boundary=a; boundary=b",
          "multipart/form-data; boundary=\"a\r\nb\"", "multipart/form-data; boundary=\"\xc3\xa9\""}) {
        CAF_MESSAGE(type);
        CAF_CHECK_EQUAL(boundary_of(type), bad);
    }
    CAF_CHECK_EQUAL(boundary_of("multipart/form-data; boundary=" + std::string(71, 'x')), bad);
}

CAF_TEST(the header of a part names it) {
    CAF_CHECK_EQUAL(
        header_of("content-DISPOSITION:form-data;name=file;filename=room.jpg\r\nX-Other: \xc3\xa9 b\r\n"
                  "Content-Type:  image/jpeg; x=y \r\n"),
        "file|room.jpg|image/jpeg; x=y");
    CAF_CHECK_EQUAL(disposition("name=\"a b\""), "a b|-|");
    CAF_CHECK_EQUAL(disposition("filename=\"x\" ; name=\"n\" ; size=3"), "n|x|");
    CAF_CHECK_EQUAL(disposition(R"(name="n"; filename="a\"b.jpg")"), "n|a\"b.jpg|");
    CAF_CHECK_EQUAL(disposition("name=n; filename=\"\""), "n||");
}

CAF_TEST(a file name loses its directories) {
    CAF_CHECK_EQUAL(disposition(R"(name="n"; filename="C:\photos\room.jpg")"), "n|room.jpg|");
    CAF_CHECK_EQUAL(disposition("name=n; filename=\"../../etc/passwd\""), "n|passwd|");
    CAF_CHECK_EQUAL(disposition("name=n; filename=\"a/\""), "n||");
    CAF_CHECK_EQUAL(disposition("name=n; filename*=UTF-8''%2e%2e%2froom.jpg"), "n|room.jpg|");
}

CAF_TEST(an extended file name wins) {
    CAF_CHECK_EQUAL(disposition("name=n; filename=\"room.jpg\"; filename*=UTF-8''%D0%B4.jpg"),
                    "n|\xd0\xb4.jpg|");
    CAF_CHECK_EQUAL(disposition("name=n; filename*=utf-8'en'a%20b; filename=x"), "n|a b|");
    CAF_CHECK_EQUAL(disposition("name=n; filename=x; filename*=ISO-8859-1''%e9"), "n|x|");
    CAF_CHECK_EQUAL(disposition("name=n; filename=x; filename*=UTF-8''%zz"), "n|x|");
}

CAF_TEST(names that are no text are refused) {
    CAF_CHECK_EQUAL(disposition("name=n; filename=\"caf\xe9.jpg\""), bad);
    CAF_CHECK_EQUAL(disposition("name=n; filename*=UTF-8''%ff"), bad);
    CAF_CHECK_EQUAL(disposition("name=n; filename*=UTF-8''a%0d%0ab"), bad);
    CAF_CHECK_EQUAL(disposition("name=\"\xff\""), bad);
    CAF_CHECK_EQUAL(disposition("name=n; filename=\"a\tb\""), bad);
}

CAF_TEST(a part without a proper Content - Disposition is refused) {
    const std::string line = "Content-Disposition: form-data; name=n\r\n";
    for (const auto& lines :
         {std::string{}, std::string{"Content-Type: image/jpeg\r\n"}, line + line,
          std::string{"Content-Disposition: form-data\r\n"},
          std::string{"Content-Disposition: attachment; name=n\r\n"},
          std::string{"Content-Disposition: form-data; name=n; name=m\r\n"},
          std::string{"Content-Disposition: form-data; name=n; filename=a; filename=b\r\n"},
          std::string{"Content-Disposition : form-data; name=n\r\n"}, line + " folded\r\n",
          line + "no colon\r\n", std::string{"Content-Disposition: form-data; name=\"n\r\n"},
          std::string{"Content-Disposition: form-data; name=n"}, line + "X: \0\r\n"s}) {
        CAF_MESSAGE(lines);
        CAF_CHECK_EQUAL(header_of(lines), bad);
    }
}

CAF_TEST(the part is found wherever it lies) {
    CAF_CHECK_EQUAL(find(form({part("file", "content")})), "content");
    CAF_CHECK_EQUAL(find(form({part("a", "1"), part("file", "content"), part("b", "2")})), "content");
    CAF_CHECK_EQUAL(find(form({part("file", "")})), "");
    CAF_CHECK_EQUAL(find("preamble\r\n" + form({part("file", "content")}) + "epilogue"), "content");
    CAF_CHECK_EQUAL(find("--b \t\r\n" + part("file", "content") + "\r\n--b--"), "content");
}

CAF_TEST(content may look like a boundary) {
    const std::string tricky = "\r\n--\r\n--B\r\n-b\r\n\r\n\r--b--b";
    CAF_CHECK_EQUAL(find(form({part("file", tricky)})), tricky);
}

CAF_TEST(a large part is found across blocks of the file) {
    for (const std::size_t size : {65'400U, 65'450U, 65'480U, 65'500U, 65'536U, 131'072U, 1'000'003U}) {
        for (std::size_t shift = 0; shift < 8; ++shift) {
            const std::string content(size + shift, '\r');
            CAF_CHECK_EQUAL(find(form({part("x", "y"), part("file", content)})).size(), content.size());
        }
    }
}

CAF_TEST(what goes with the part is told) {
    const test::temporary_directory directory;
    const auto path = directory.path() / "body";
    std::ofstream{path, std::ios::binary}
        << form({part("file", "x", "; filename=\"r.png\"\r\nContent-Type: image/png")});
    const auto found = find_part(path, "b", "file");
    CAF_REQUIRE(found);
    CAF_CHECK_EQUAL(found->filename.value_or("-"), "r.png");
    CAF_CHECK_EQUAL(found->content_type, "image/png");
}

CAF_TEST(a missing or repeated part is a fault of the field) {
    CAF_CHECK_EQUAL(find(form({part("other", "1")})), "validation_failed");
    CAF_CHECK_EQUAL(find(form({part("file", "1"), part("file", "2")})), "validation_failed");
    CAF_CHECK_EQUAL(find("--b--\r\n"), "validation_failed");
}

CAF_TEST(a body that breaks off or goes on for ever is refused) {
    const auto whole = form({part("a", "1"), part("file", "content")});
    for (std::size_t size = 0; size < whole.size() - 4; ++size)
        CAF_CHECK_EQUAL(find(whole.substr(0, size)), bad);
    CAF_CHECK_EQUAL(find(whole, "other"), bad);
    CAF_CHECK_EQUAL(find("--bx\r\n" + part("file", "1") + "\r\n--b--"), bad);
    CAF_CHECK_EQUAL(find(form({part("file", "1", "\r\nX: " + std::string(9000, 'x'))})), bad);
    CAF_CHECK_EQUAL(find(form(std::vector<std::string>(32, part("a", "1")))), "validation_failed");
    CAF_CHECK_EQUAL(find(form(std::vector<std::string>(33, part("a", "1")))), bad);
}

CAF_TEST(no bytes make it throw) {
    test::feed_mutations("multipart/form-data; charset=utf-8; boundary=\"a b\"",
                         [](std::string_view text) { (void)multipart_boundary(text); });
    test::feed_mutations(
        "Content-Disposition: form-data; name=\"n\"; filename=\"a\\\"b\"; filename*=UTF-8''%41\r\n"
        "Content-Type: image/png\r\n",
        [](std::string_view text) { (void)parse_part_header(text); });
    const test::temporary_directory directory;
    const auto path = directory.path() / "body";
    const auto locate = [&](std::string_view text) {
        std::ofstream{path, std::ios::binary} << text;
        const auto found = find_part(path, "b", "file");
        if (found)
            CAF_REQUIRE(found->offset + found->length <= text.size());
    };
    test::feed_mutations(form({part("a", "1"), part("file", "content")}), locate, 300);
}
