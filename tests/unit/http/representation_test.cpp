#define CAF_SUITE http_representation
#include "http/representation.hpp"
#include "tests/support/test.hpp"

#include <zlib.h>

using namespace atelier;
using namespace atelier::http;

namespace {

request asking(std::vector<std::pair<std::string, std::string>> headers, method verb = method::get) {
    request r;
    r.verb = verb;
    r.headers = std::move(headers);
    return r;
}

std::string header_of(const response& answer, std::string_view name) {
    for (const auto& [each, value] : answer.headers)
        if (each == name)
            return value;
    return {};
}

response represented(const request& r, response answer, std::size_t compress_above = 100) {
    represent(r, answer, compress_above);
    return answer;
}

std::string body_of(const response& answer) {
    return std::get<std::string>(answer.body);
}

std::string inflated(std::string compressed) {
    std::string content(1 << 20, '\0');
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(compressed.data());
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(content.data());
    stream.avail_out = static_cast<uInt>(content.size());
    CAF_REQUIRE_EQUAL(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
    CAF_REQUIRE_EQUAL(inflate(&stream, Z_FINISH), Z_STREAM_END);
    content.resize(stream.total_out);
    inflateEnd(&stream);
    return content;
}

const std::string large = "[" + std::string(5000, ' ') + "]";

} // namespace

CAF_TEST(who has a document is not sent it again) {
    const auto first = represented(asking({}), json_response(200, "{}"));
    const auto tag = header_of(first, "ETag");
    CAF_CHECK(tag.starts_with("W/\"") && tag.size() == 36);
    CAF_CHECK_EQUAL(body_of(first), "{}");
    for (const auto& known : {tag, tag.substr(2), "\"a\", " + tag, std::string{"*"}}) {
        const auto again = represented(asking({{"if-none-match", known}}), json_response(200, "{}"));
        CAF_CHECK_EQUAL(again.status, 304u);
        CAF_CHECK_EQUAL(body_of(again), "");
        CAF_CHECK_EQUAL(header_of(again, "ETag"), tag);
    }
    const auto changed = represented(asking({{"if-none-match", tag}}), json_response(200, "{\"a\":1}"));
    CAF_CHECK_EQUAL(changed.status, 200u);
    CAF_CHECK(header_of(changed, "ETag") != tag);
}

CAF_TEST(only documents that were found and may be kept have tags) {
    const auto tag_after = [](const request& r, response answer) {
        return header_of(represented(r, std::move(answer)), "ETag");
    };
    CAF_CHECK_EQUAL(tag_after(asking({}, method::post), json_response(200, "{}")), "");
    CAF_CHECK_EQUAL(tag_after(asking({}), json_response(404, "{}")), "");
    CAF_CHECK_EQUAL(tag_after(asking({}), json_response(200, "{}").with("Cache-Control", "no-store")), "");
    CAF_CHECK_EQUAL(tag_after(asking({}), response(200, "text/html", "x")), "");
    CAF_CHECK_EQUAL(tag_after(asking({}), json_response(200, "{}").with("ETag", "\"own\"")), "\"own\"");
    CAF_CHECK(tag_after(asking({}, method::head), json_response(200, "{}")) ==
              tag_after(asking({}), json_response(200, "{}")));
}

CAF_TEST(large documents are compressed for who takes that) {
    const auto packed = represented(asking({{"accept-encoding", "br, gzip"}}), json_response(200, large));
    CAF_CHECK_EQUAL(header_of(packed, "Content-Encoding"), "gzip");
    CAF_CHECK_EQUAL(header_of(packed, "Vary"), "Accept-Encoding");
    CAF_CHECK(body_of(packed).size() < 200);
    CAF_CHECK_EQUAL(inflated(body_of(packed)), large);
    for (const auto& taken : {"", "br", "gzip;q=0", "*"}) {
        const auto plain = represented(asking({{"accept-encoding", taken}}), json_response(200, large));
        CAF_CHECK_EQUAL(header_of(plain, "Content-Encoding"), "");
        CAF_CHECK_EQUAL(header_of(plain, "Vary"), "Accept-Encoding");
        CAF_CHECK_EQUAL(body_of(plain), large);
    }
    const auto small =
        represented(asking({{"accept-encoding", "gzip"}}), json_response(200, large), large.size());
    CAF_CHECK_EQUAL(header_of(small, "Content-Encoding"), "");
}

CAF_TEST(what holds secrets is never compressed) {
    const auto created =
        represented(asking({{"accept-encoding", "gzip"}}, method::post), json_response(200, large));
    CAF_CHECK_EQUAL(body_of(created), large);
}
