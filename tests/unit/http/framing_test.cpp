#define CAF_SUITE http_framing
#include "http/body_decoder.hpp"
#include "http/framing.hpp"
#include "http/request_head.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/refusal.hpp"

using namespace atelier;
using namespace atelier::http;
using namespace std::string_literals;
using test::refusal;

namespace {

const std::string host = "Host: atelier.test\r\n";

std::string head(const std::string& fields, const std::string& request_line = "POST /v1/things HTTP/1.1") {
    return request_line + "\r\n" + fields + "\r\n";
}

std::string refused(const std::string& block) {
    return refusal(check_framing(block, 100));
}

framing accepted(const std::string& block) {
    const auto facts = check_framing(block, 100);
    CAF_REQUIRE(facts);
    return *facts;
}

std::uint64_t length_of(const std::string& block) {
    return accepted(block).content_length.value();
}

/// Feeds `bytes` in pieces of `piece` bytes; the body, or what it was refused with.
std::string decode(body_decoder decoder, std::string_view bytes, std::size_t piece) {
    std::string body;
    std::string buffer;
    while (!decoder.is_complete()) {
        const auto step = decoder.next(buffer);
        if (!step)
            return refusal(step);
        body += step->data;
        buffer.erase(0, step->consumed);
        if (!buffer.empty() || decoder.is_complete())
            continue;
        if (bytes.empty())
            return "incomplete: " + body;
        buffer = bytes.substr(0, piece);
        bytes.remove_prefix(buffer.size());
    }
    return body + '|' + buffer + std::string{bytes};
}

std::string decode_chunked(std::string_view bytes, std::size_t piece = 1'000'000) {
    framing facts;
    facts.chunked = true;
    return decode(body_decoder{facts}, bytes, piece);
}

const std::string bad = "malformed_request";

} // namespace

CAF_TEST(a header block ends with the first empty line whatever pieces it comes in) {
    const std::string block = head(host);
    for (std::size_t size = 0; size <= block.size(); ++size) {
        head_finder finder;
        const auto first = finder.find(block.substr(0, size));
        CAF_REQUIRE(first);
        CAF_CHECK_EQUAL(first->has_value(), size == block.size());
        if (first->has_value())
            finder.reset();
        const auto rest = finder.find(block + "GET / HTTP/1.1\r\n\r\n");
        CAF_REQUIRE(rest && rest->has_value());
        CAF_CHECK_EQUAL(rest->value(), block.size());
    }
}

CAF_TEST(what can never become a header block is refused before it is complete) {
    const auto find = [](std::string_view bytes) {
        head_finder finder;
        return refusal(finder.find(bytes));
    };
    CAF_CHECK_EQUAL(find("GET / HTTP/1.1\nHost: a\r\n"), bad);
    CAF_CHECK_EQUAL(find("\n"), bad);
    CAF_CHECK_EQUAL(find("\r\n"), bad);
    CAF_CHECK_EQUAL(find(" GET"), bad);
    CAF_CHECK_EQUAL(find(std::string_view{"\x16\x03\x01", 3}), bad);
    CAF_CHECK_EQUAL(find("GET / HTTP/1.1\r\nHost: a\r\n\n"), bad);
    CAF_CHECK_EQUAL(find("GET / HTTP/1.1\r\nHost: a\r\n"), "");
}

CAF_TEST(the length of a body is what the fields say) {
    CAF_CHECK(!accepted(head(host)).has_body());
    CAF_CHECK_EQUAL(length_of(head(host + "Content-Length: 12\r\n")), 12U);
    CAF_CHECK(!accepted(head(host + "Content-Length: 0\r\n")).has_body());
    CAF_CHECK(accepted(head(host + "Transfer-Encoding:  Chunked \r\n")).chunked);
    CAF_CHECK_EQUAL(length_of(head(host + "content-length: 18446744073709551615\r\n")),
                    18446744073709551615U);
}

CAF_TEST(a body whose length could be read in two ways is refused) {
    const std::string cl = "Content-Length: 5\r\n";
    const std::string te = "Transfer-Encoding: chunked\r\n";
    for (const auto& fields : {cl + te,
                               te + cl,
                               cl + cl,
                               cl + "Content-Length: 6\r\n",
                               te + te,
                               std::string{"Content-Length: 5, 5\r\n"},
                               std::string{"Content-Length: +5\r\n"},
                               std::string{"Content-Length: -5\r\n"},
                               std::string{"Content-Length: 0x5\r\n"},
                               std::string{"Content-Length: 5 5\r\n"},
                               std::string{"Content-Length:\r\n"},
                               std::string{"Content-Length: 18446744073709551616\r\n"},
                               std::string{"Transfer-Encoding: gzip, chunked\r\n"},
                               std::string{"Transfer-Encoding: chunked, chunked\r\n"},
                               std::string{"Transfer-Encoding: identity\r\n"},
                               std::string{"Transfer-Encoding: xchunked\r\n"},
                               std::string{"Transfer-Encoding: chunked;q=1\r\n"},
                               std::string{"Transfer-Encoding:\r\n"},
                               std::string{"Transfer-Encoding: \x0b"
                                           "chunked\r\n"},
                               std::string{"Trailer: X\r\n"}}) {
        CAF_MESSAGE(fields);
        CAF_CHECK_EQUAL(refused(head(host + fields)), bad);
    }
    CAF_CHECK_EQUAL(refused(head(host + te, "POST / HTTP/1.0")), bad);
}

CAF_TEST(lines that parsers split differently are refused) {
    for (const auto& fields :
         {std::string{"A: b\r\n c\r\n"}, std::string{"A: b\r\n\tc\r\n"}, std::string{"A : b\r\n"},
          std::string{" A: b\r\n"}, std::string{": b\r\n"}, std::string{"A\r\n"}, std::string{"A: b\rc\r\n"},
          std::string{"A: b\nC: d\r\n"}, std::string{"A: b\r\r\n"}, "A: \0b\r\n"s,
          std::string{"A: b\x7f\r\n"}, "A\0: b\r\n"s, std::string{"A b: c\r\n"},
          std::string{"A\xc3\xa9: c\r\n"}}) {
        CAF_MESSAGE(fields);
        CAF_CHECK_EQUAL(refused(head(host + fields)), bad);
    }
    CAF_CHECK_EQUAL(refused(head(host + "A: tab\tand \xc3\xa9 are fine\r\n")), "");
}

CAF_TEST(the request line has exactly three parts and a known version) {
    for (const auto* line :
         {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/2.0", "GET / HTTP/1.2", "GET / http/1.1",
          "GET / HTTP/1.10", "G(T / HTTP/1.1", "GET /a b HTTP/1.1", "GET /\x01 HTTP/1.1",
          "GET /\xc3\xa9 HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1\rX", "GET\t/\tHTTP/1.1", ""}) {
        CAF_MESSAGE(line);
        CAF_CHECK_EQUAL(refused(head(host, line)), bad);
    }
    CAF_CHECK_EQUAL(accepted(head(host, "GET / HTTP/1.0")).minor_version, 0U);
    CAF_CHECK_EQUAL(accepted(head(host, "FROBNICATE * HTTP/1.1")).minor_version, 1U);
}

CAF_TEST(a request of HTTP 1.1 names one host) {
    CAF_CHECK_EQUAL(refused(head("")), bad);
    CAF_CHECK_EQUAL(refused(head(host + host)), bad);
    CAF_CHECK_EQUAL(refused(head("Host: a/b\r\n")), bad);
    CAF_CHECK_EQUAL(refused(head("Host: a b\r\n")), bad);
    CAF_CHECK_EQUAL(refused(head("Host: user@a\r\n")), bad);
    CAF_CHECK_EQUAL(refused(head("hOsT: [::1]:8080\r\n")), "");
    CAF_CHECK_EQUAL(refused(head("Host:\r\n")), "");
    CAF_CHECK_EQUAL(refused(head("", "GET / HTTP/1.0")), "");
}

CAF_TEST(the number of fields is limited) {
    std::string fields = host;
    for (int i = 1; i < 100; ++i)
        fields += "A: b\r\n";
    CAF_CHECK_EQUAL(refused(head(fields)), "");
    CAF_CHECK_EQUAL(refused(head(fields + "A: b\r\n")), "headers_too_large");
}

CAF_TEST(an expectation is recognised where it means something) {
    using expectation = framing::expectation;
    CAF_CHECK(accepted(head(host + "Expect: 100-Continue\r\n")).expects == expectation::continue_);
    CAF_CHECK(accepted(head(host + "Expect: tea\r\n")).expects == expectation::unknown);
    CAF_CHECK(accepted(head(host + "Expect: tea\r\nExpect: 100-continue\r\n")).expects ==
              expectation::unknown);
    CAF_CHECK(accepted(head(host + "Expect: tea\r\n", "POST / HTTP/1.0")).expects == expectation::none);
}

CAF_TEST(a header block without its end is refused) {
    CAF_CHECK_EQUAL(refused("GET / HTTP/1.1\r\nHost: a\r\n"), bad);
    CAF_CHECK_EQUAL(refused(""), bad);
    CAF_CHECK_EQUAL(refused("GET / HTTP/1.1\r\nHost: a\r\n\r\nX: y\r\n\r\n"), bad);
}

CAF_TEST(no bytes make the check throw) {
    const std::string seed =
        head(host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n");
    test::feed_mutations(seed, [](std::string_view block) {
        head_finder finder;
        const auto end = finder.find(block);
        if (!end || !*end)
            return;
        request parsed;
        const auto found = parse_request_head(block.substr(0, **end), limits{}, parsed);
        if (found)
            CAF_REQUIRE(!found->facts.chunked || !found->facts.content_length);
    });
}

CAF_TEST(a header block becomes a request) {
    request parsed;
    const auto block =
        "DELETE /a%20b?x=1+2&y HTTP/1.1\r\nHost: h\r\nX-Thing:  two words \r\nCONNECTION: Close\r\n\r\n";
    const auto found = parse_request_head(block, limits{}, parsed);
    CAF_REQUIRE(found);
    CAF_CHECK(!found->keep_alive);
    CAF_CHECK(parsed.verb == method::delete_);
    CAF_CHECK_EQUAL(parsed.method_name, "DELETE");
    CAF_CHECK_EQUAL(parsed.target, "/a%20b?x=1+2&y");
    CAF_CHECK_EQUAL(parsed.path, "/a b");
    CAF_CHECK_EQUAL(parsed.query_value("x").value_or("none"), "1 2");
    CAF_CHECK_EQUAL(parsed.query_value("y").value_or("none"), "");
    CAF_CHECK(!parsed.query_value("z"));
    CAF_CHECK_EQUAL(parsed.header("x-thing"), "two words");
    CAF_CHECK(parsed.has_header("connection"));
    CAF_CHECK(!parsed.has_header("X-Thing"));
}

CAF_TEST(a connection is kept as its version and the client say) {
    const auto kept = [](const std::string& block) {
        request parsed;
        const auto found = parse_request_head(block, limits{}, parsed);
        return found && found->keep_alive;
    };
    CAF_CHECK(kept("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    CAF_CHECK(!kept("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, close\r\n\r\n"));
    CAF_CHECK(!kept("GET / HTTP/1.0\r\n\r\n"));
    CAF_CHECK(kept("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

CAF_TEST(a target that is too long is refused as such) {
    request parsed;
    const auto long_target = "/" + std::string(8192, 'a');
    const auto found =
        parse_request_head("GET " + long_target + " HTTP/1.1\r\nHost: h\r\n\r\n", limits{}, parsed);
    CAF_CHECK_EQUAL(refusal(found), "uri_too_long");
}

CAF_TEST(a body of known length ends where it should) {
    framing facts;
    facts.content_length = 5;
    for (const std::size_t piece : {1, 2, 7}) {
        CAF_CHECK_EQUAL(decode(body_decoder{facts}, "helloGET /", piece), "hello|GET /");
        CAF_CHECK_EQUAL(decode(body_decoder{facts}, "hel", piece), "incomplete: hel");
    }
    CAF_CHECK(body_decoder{framing{}}.is_complete());
}

CAF_TEST(chunks are joined whatever pieces they come in) {
    const std::string bytes =
        "5\r\nhello\r\n0006;name=\"value\"\r\n world\r\nA \r\n0123456789\r\n000\r\n\r\nGET /";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
        CAF_CHECK_EQUAL(decode_chunked(bytes, piece), "hello world0123456789|GET /");
    CAF_CHECK_EQUAL(decode_chunked("0\r\n\r\n", 1), "|");
    CAF_CHECK_EQUAL(decode_chunked("5\r\nhel"), "incomplete: hel");
}

CAF_TEST(chunks that could be read in two ways are refused) {
    for (const auto* bytes :
         {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x1\r\na\r\n", "5\nhello\r\n", "5\r\nhello0\r\n\r\n",
          "5\r\nhello\n0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "5\rhello", "1;a\nb\r\nx\r\n0\r\n\r\n",
          "1;\x01\r\nx\r\n0\r\n\r\n", "1000000000000000\r\n", "ffffffffffffffff\r\n",
          "0\r\nX-Trailer: 1\r\n\r\n", "0\r\n\n", "0\r\n\r\r", " 5\r\nhello\r\n0\r\n\r\n"}) {
        CAF_MESSAGE(bytes);
        CAF_CHECK_EQUAL(decode_chunked(bytes), bad);
        CAF_CHECK_EQUAL(decode_chunked(bytes, 1), bad);
    }
    CAF_CHECK_EQUAL(decode_chunked("1;" + std::string(300, 'a')), bad);
}

CAF_TEST(no bytes make the decoder throw or stand still) {
    test::feed_mutations("5;x=y\r\nhello\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n",
                         [](std::string_view bytes) { decode_chunked(bytes, 3); });
}
