#define CAF_SUITE library

#include "actors/domain/library.hpp"
#include "tests/support/test.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

using namespace atelier;

namespace {

const std::string announced =
    R"({"blob":{"filename":"room.jpg","byte_size":5,"checksum":"XUFAKrxLKna5cZ2REBfFkg==",)"
    R"("content_type":"image/jpeg","metadata":{"custom":{"a":1},"analyzed":true,"width":9}},)"
    R"("direct_upload_token":null})";

/// The announcement with one member of the blob replaced; "" leaves it out.
std::string with(const std::string& name, const std::string& value) {
    auto body = boost::json::parse(announced).as_object();
    auto& blob = body["blob"].as_object();
    if (value.empty())
        blob.erase(name);
    else
        blob[name] = boost::json::parse(value);
    return boost::json::serialize(body);
}

/// The fields that are to blame, in one line.
std::string blamed(const std::string& body) {
    const auto read = read_direct_upload(body);
    if (read)
        return "nothing";
    if (read.error().code != errc::validation_failed)
        return std::string{to_string(read.error().code)};
    std::string all;
    for (const auto& field : read.error().fields)
        all += (all.empty() ? "" : " ") + field.field + ':' + field.code;
    return all;
}

} // namespace

CAF_TEST(what the JavaScript of Rails announces is read) {
    const auto read = read_direct_upload(announced);
    CAF_REQUIRE(read.has_value());
    CAF_CHECK_EQUAL(read->filename, "room.jpg");
    CAF_CHECK_EQUAL(read->byte_size, 5);
    CAF_CHECK_EQUAL(read->checksum, "XUFAKrxLKna5cZ2REBfFkg==");
    CAF_CHECK_EQUAL(read->content_type, "image/jpeg");
    CAF_CHECK_EQUAL(read->metadata, R"({"custom":{"a":1}})"); // the rest is for us to find out
    CAF_CHECK_EQUAL(read_direct_upload(with("metadata", "")).value().metadata, "{}");
    CAF_CHECK_EQUAL(read_direct_upload(with("metadata", "null")).value().metadata, "{}");
}

CAF_TEST(an announcement that is wrong names every member) {
    CAF_CHECK_EQUAL(blamed("{"), "malformed_json");
    CAF_CHECK_EQUAL(blamed("[]"), "malformed_json");
    CAF_CHECK_EQUAL(blamed("{}"), "blob:required");
    CAF_CHECK_EQUAL(blamed(R"({"blob":1})"), "blob:required");
    CAF_CHECK_EQUAL(blamed(R"({"blob":{}})"),
                    "filename:required byte_size:required checksum:required content_type:required");
    for (const auto* size : {"0", "-1"})
        CAF_CHECK_EQUAL(blamed(with("byte_size", size)), "byte_size:out_of_range");
    for (const auto* size : {"\"5\"", "1.5", "[]", "99999999999999999999"})
        CAF_CHECK_EQUAL(blamed(with("byte_size", size)), "byte_size:wrong_type");
    for (const auto* sum : {"\"XUFAKrxLKna5cZ2REBfF\"", "\"5d41402abc4b2a76b9719d911017c592\"", "\"?\""})
        CAF_CHECK_EQUAL(blamed(with("checksum", sum)), "checksum:invalid");
    for (const auto* type : {"\"image/svg+xml\"", "\"text/html\"", "\"image/jpeg; q=1\""})
        CAF_CHECK_EQUAL(blamed(with("content_type", type)), "content_type:invalid");
    CAF_CHECK_EQUAL(blamed(with("filename", "\"\"")), "filename:invalid");
    CAF_CHECK_EQUAL(blamed(with("filename", "\"a\\u0000b\"")), "filename:invalid");
    CAF_CHECK_EQUAL(blamed(with("filename", '"' + std::string(256, 'a') + '"')), "filename:invalid");
    CAF_CHECK_EQUAL(blamed(with("metadata", "[]")), "metadata:wrong_type");
    CAF_CHECK_EQUAL(blamed(with("metadata", R"({"a":")" + std::string(1100, 'a') + "\"}")),
                    "metadata:invalid");
}

CAF_TEST(metadata has what the analysis of Rails says in its order) {
    CAF_CHECK_EQUAL(analyzed_metadata({}, 640, 480),
                    R"({"identified":true,"width":640,"height":480,"analyzed":true})");
    CAF_CHECK_EQUAL(analyzed_metadata(R"({"custom":{"a":1},"width":1,"analyzed":false})", 640, 480),
                    R"({"custom":{"a":1},"identified":true,"width":640,"height":480,"analyzed":true})");
    CAF_CHECK_EQUAL(analyzed_metadata("not JSON", 1, 2), analyzed_metadata("{}", 1, 2));
}

CAF_TEST(an offer is the reply of Active Storage) {
    direct_upload_offer offer;
    offer.blob = read_direct_upload(announced).value();
    offer.blob.id = blob_id{41};
    offer.blob.key = "xtapjjcjiudrlk3tmwyjgpuobabd";
    offer.blob.service_name = "local";
    offer.blob.created_at = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
    offer.signed_id = "signed";
    offer.url = "http://here/token";
    offer.headers.emplace("Content-Type", "image/jpeg");
    CAF_CHECK_EQUAL(
        direct_upload_json(offer),
        R"({"id":41,"key":"xtapjjcjiudrlk3tmwyjgpuobabd","filename":"room.jpg","content_type":"image/jpeg",)"
        R"("metadata":{"custom":{"a":1}},"service_name":"local","byte_size":5,)"
        R"("checksum":"XUFAKrxLKna5cZ2REBfFkg==","created_at":"2026-03-01T00:00:00.000Z",)"
        R"("signed_id":"signed","direct_upload":{"url":"http://here/token",)"
        R"("headers":{"Content-Type":"image/jpeg"}}})");
}

CAF_TEST(different filters have different texts) {
    std::vector<std::string> texts{filter_text(generation_filter{})};
    CAF_CHECK_EQUAL(texts.front(), "");
    CAF_CHECK_EQUAL(filter_text(image_filter{}), "");
    generation_filter all;
    all.status = generation_status::failed;
    texts.push_back(filter_text(all));
    all.style = style_id{3};
    texts.push_back(filter_text(all));
    all.room_type = "kitchen";
    texts.push_back(filter_text(all));
    all.status.reset();
    texts.push_back(filter_text(all));
    image_filter images;
    images.output = true;
    texts.push_back(filter_text(images));
    images.output = false;
    texts.push_back(filter_text(images));
    images.room_type = "kitchen";
    texts.push_back(filter_text(images));
    std::ranges::sort(texts);
    CAF_CHECK(std::ranges::adjacent_find(texts) == texts.end());
}
