#define CAF_SUITE active_storage

#include "actors/domain/active_storage.hpp"
#include "tests/support/test.hpp"

#include <string>
#include <vector>

using namespace atelier;
using namespace std::chrono;

// Signed with Python's hashlib and hmac, after the published format.
namespace {

const std::string secret = [] {
    std::string text;
    for (int i = 0; i < 8; ++i)
        text += "0123456789abcdef";
    return text;
}();
constexpr instant now{sys_days{2026y / November / 23}};
constexpr instant end_of_2029{sys_days{2030y / January / 1}};

/// Blob 1, for ever, as each version of Rails signs it.
const std::string in_json_sha256 =
    "eyJfcmFpbHMiOnsiZGF0YSI6MSwicHVyIjoiYmxvYl9pZCJ9fQ==--89681a44ad35a3ed36cb2bfa5330bad52102a1b5";
const std::string in_json_sha1 =
    "eyJfcmFpbHMiOnsiZGF0YSI6MSwicHVyIjoiYmxvYl9pZCJ9fQ==--bb092916b081f8430be8f1c57a011cd7628ae1e5";
const std::string in_marshal_sha256 =
    "eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBCZz09IiwiZXhwIjpudWxsLCJwdXIiOiJibG9iX2lkIn19--"
    "e4d581411fd3d6cf63b9d23014ec9dbcffe20b24";
const std::string in_marshal_sha1 =
    "eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBCZz09IiwiZXhwIjpudWxsLCJwdXIiOiJibG9iX2lkIn19--"
    "61662bc8c6ddce6c2e3c09429fc3a2940c7525a7";
const std::string expiring_in_json =
    "eyJfcmFpbHMiOnsiZGF0YSI6MSwiZXhwIjoiMjAzMC0wMS0wMVQwMDowMDowMC4wMDBaIiwicHVyIjoiYmxvYl9pZCJ9fQ==--"
    "f81258ac2fffcd5717afd72fad380a8df229c1aa";
const std::string expiring_in_marshal_sha256 =
    "eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBCZz09IiwiZXhwIjoiMjAzMC0wMS0wMVQwMDowMDowMC4wMDBaIiwicHVyIjoiYmxvYl9p"
    "ZCJ9fQ==--7cee989df3aa6fea58ec5522af936da2fd8c8dc1";
const std::string expiring_in_marshal_sha1 =
    "eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHBCZz09IiwiZXhwIjoiMjAzMC0wMS0wMVQwMDowMDowMC4wMDBaIiwicHVyIjoiYmxvYl9p"
    "ZCJ9fQ==--2ead493277b61c8e8e765250c7bc04d5e3f10340";

const std::string file_in_json =
    "eyJfcmFpbHMiOnsiZGF0YSI6eyJrZXkiOiJ4dGFwampjaml1ZHJsazN0bXd5amdwdW9iYWJkIiwiZGlzcG9zaXRpb24iOiJpbmxpbmU7"
    "IGZpbGVuYW1lPVwicm9vbS5qcGdcIjsgZmlsZW5hbWUqPVVURi04Jydyb29tLmpwZyIsImNvbnRlbnRfdHlwZSI6ImltYWdlL2pwZWci"
    "LCJzZXJ2aWNlX25hbWUiOiJsb2NhbCJ9LCJleHAiOiIyMDMwLTAxLTAxVDAwOjAwOjAwLjAwMFoiLCJwdXIiOiJibG9iX2tleSJ9fQ=="
    "--111014d65d451fab7d3f6919f3a534a9cb8af66b";
/// The service's name is a symbol here, as in Rails.
const std::string file_in_marshal_sha1 =
    "eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaDdDVG9JYTJWNVNTSWhlSFJoY0dwcVkycHBkV1J5YkdzemRHMTNlV3BuY0hWdlltRmlaQVk2"
    "QmtWVU9oQmthWE53YjNOcGRHbHZia2tpTzJsdWJHbHVaVHNnWm1sc1pXNWhiV1U5SW5KdmIyMHVhbkJuSWpzZ1ptbHNaVzVoYldVcVBW"
    "VlVSaTA0SnlkeWIyOXRMbXB3WndZN0JsUTZFV052Ym5SbGJuUmZkSGx3WlVraUQybHRZV2RsTDJwd1pXY0dPd1pVT2hGelpYSjJhV05s"
    "WDI1aGJXVTZDbXh2WTJGcyIsImV4cCI6IjIwMzAtMDEtMDFUMDA6MDA6MDAuMDAwWiIsInB1ciI6ImJsb2Jfa2V5In19--938e382134"
    "0ddf36a77c7e6d324b2d504b6f280a";
const std::string upload_in_json =
    "eyJfcmFpbHMiOnsiZGF0YSI6eyJrZXkiOiJ4dGFwampjaml1ZHJsazN0bXd5amdwdW9iYWJkIiwiY29udGVudF90eXBlIjoiaW1hZ2Uv"
    "cG5nIiwiY29udGVudF9sZW5ndGgiOjY4LCJjaGVja3N1bSI6IlhVRkFLcnhMS25hNWNaMlJFQmZGa2c9PSIsInNlcnZpY2VfbmFtZSI6"
    "ImxvY2FsIn0sImV4cCI6IjIwMzAtMDEtMDFUMDA6MDA6MDAuMDAwWiIsInB1ciI6ImJsb2JfdG9rZW4ifX0=--"
    "278d4b383291b04b71e79af23122b08e9f1b7ee7";

const disk_file_link room{"xtapjjcjiudrlk3tmwyjgpuobabd",
                          "inline; filename=\"room.jpg\"; filename*=UTF-8''room.jpg", "image/jpeg", "local"};
const disk_upload_link picture{"xtapjjcjiudrlk3tmwyjgpuobabd", "image/png", 68,
                               "XUFAKrxLKna5cZ2REBfFkg==", "local"};

const active_storage_signer& signer(rails_defaults written = rails_defaults::v7_1) {
    static const active_storage_signer v6_1{secret, rails_defaults::v6_1};
    static const active_storage_signer v7_0{secret, rails_defaults::v7_0};
    static const active_storage_signer v7_1{secret};
    return written == rails_defaults::v6_1 ? v6_1 : written == rails_defaults::v7_0 ? v7_0 : v7_1;
}

bool refused(std::string_view signed_id, instant at = now) {
    const auto read = signer().read_blob(signed_id, at);
    return !read.has_value() && read.error().code == errc::invalid_token;
}

void check_room(const outcome<disk_file_link>& read) {
    CAF_REQUIRE(read.has_value());
    CAF_CHECK_EQUAL(read->key, room.key);
    CAF_CHECK_EQUAL(read->disposition, room.disposition);
    CAF_CHECK_EQUAL(read->content_type, room.content_type);
    CAF_CHECK_EQUAL(read->service_name, room.service_name);
}

} // namespace

CAF_TEST(signed ids are those of every version of Rails) {
    const blob_id one{1};
    CAF_CHECK_EQUAL(signer(rails_defaults::v7_1).sign_blob(one, std::nullopt), in_json_sha256);
    CAF_CHECK_EQUAL(signer(rails_defaults::v7_0).sign_blob(one, std::nullopt), in_marshal_sha256);
    CAF_CHECK_EQUAL(signer(rails_defaults::v6_1).sign_blob(one, std::nullopt), in_marshal_sha1);
    CAF_CHECK_EQUAL(signer(rails_defaults::v7_1).sign_blob(one, end_of_2029), expiring_in_json);
    CAF_CHECK_EQUAL(signer(rails_defaults::v7_0).sign_blob(one, end_of_2029), expiring_in_marshal_sha256);
    CAF_CHECK_EQUAL(signer(rails_defaults::v6_1).sign_blob(one, end_of_2029), expiring_in_marshal_sha1);
}

CAF_TEST(signed ids of every version are read whatever is written) {
    for (const auto written : {rails_defaults::v6_1, rails_defaults::v7_0, rails_defaults::v7_1})
        for (const auto& signed_id :
             {in_json_sha256, in_json_sha1, in_marshal_sha256, in_marshal_sha1, expiring_in_json,
              expiring_in_marshal_sha256, expiring_in_marshal_sha1}) {
            const auto read = signer(written).read_blob(signed_id, now);
            CAF_MESSAGE(signed_id);
            CAF_REQUIRE(read.has_value());
            CAF_CHECK_EQUAL(read->value, 1);
        }
}

CAF_TEST(an id that is no small number is a large one in Marshal) {
    const std::string large =
        "eyJfcmFpbHMiOnsibWVzc2FnZSI6IkJBaHNLd2dBQUFBQUFRQT0iLCJleHAiOm51bGwsInB1ciI6ImJsb2JfaWQifX0=--"
        "0d3096bef19addd65089acf288f64204afac5f97";
    const blob_id blob{std::int64_t{1} << 32};
    CAF_CHECK_EQUAL(signer(rails_defaults::v7_0).sign_blob(blob, std::nullopt), large);
    const auto read = signer().read_blob(large, now);
    CAF_REQUIRE(read.has_value());
    CAF_CHECK(*read == blob);
}

CAF_TEST(a signed id holds until it expires) {
    CAF_CHECK(!refused(expiring_in_json, end_of_2029 - microseconds{1}));
    for (const auto& signed_id : {expiring_in_json, expiring_in_marshal_sha256, expiring_in_marshal_sha1}) {
        CAF_CHECK(refused(signed_id, end_of_2029));
        CAF_CHECK(refused(signed_id, end_of_2029 + years{1}));
    }
    CAF_CHECK(!refused(in_json_sha256, end_of_2029 + years{100}));
    CAF_MESSAGE("other offsets of the same moment count as well; what is no moment is never reached");
    const std::string in_moscow =
        "eyJfcmFpbHMiOnsiZGF0YSI6MSwiZXhwIjoiMjAzMC0wMS0wMVQwMzowMDowMCswMzowMCIsInB1ciI6ImJsb2JfaWQifX0=--"
        "57b4d31eb67e499f8a2440b4782c0605d3faec61";
    CAF_CHECK(!refused(in_moscow, end_of_2029 - microseconds{1}));
    CAF_CHECK(refused(in_moscow, end_of_2029));
    CAF_CHECK(refused("eyJfcmFpbHMiOnsiZGF0YSI6MSwiZXhwIjoic29vbiIsInB1ciI6ImJsb2JfaWQifX0=--"
                      "c10f301a8779e6cc2fc220c48a73cc06bfa21105"));
}

CAF_TEST(the expiry is written to the millisecond) {
    const auto until = now + milliseconds{5} + microseconds{999};
    const auto signed_id = signer().sign_blob(blob_id{7}, until);
    CAF_CHECK(!refused(signed_id, now + milliseconds{5} - microseconds{1}));
    CAF_CHECK(refused(signed_id, now + milliseconds{5}));
}

CAF_TEST(both alphabets of Base64 are read) {
    for (const std::string_view signed_id :
         {"eyJfcmFpbHMiOnsiZGF0YSI6MSwicHVyIjoiYmxvYl9pZCIsIngiOiI/Pz8+Pj5+fn4ifX0=--"
          "4e01c83cc82a6c09eede38bf90bfcc99f9fcba36",
          "eyJfcmFpbHMiOnsiZGF0YSI6MSwicHVyIjoiYmxvYl9pZCIsIngiOiI_Pz8-Pj5-fn4ifX0=--"
          "3bbfe56babacc4796a1260875742a20243a0a010"})
        CAF_CHECK(!refused(signed_id));
}

CAF_TEST(an envelope may be in Marshal and a legacy value in JSON) {
    CAF_CHECK(!refused("BAh7BkkiC19yYWlscwY6BkVUewdJIglkYXRhBjsAVGkGSSIIcHVyBjsAVEkiDGJsb2JfaWQGOwBU--"
                       "05b1d1b06a050e7d28d82b8a57691412f95379e3"));
    CAF_CHECK(!refused("eyJfcmFpbHMiOnsibWVzc2FnZSI6Ik1RPT0iLCJleHAiOm51bGwsInB1ciI6ImJsb2JfaWQifX0=--"
                       "f541ae3232abe831389d2b733e142bdffa60b21b"));
}

CAF_TEST(one changed character anywhere is refused) {
    for (const auto& signed_id : {in_json_sha256, in_marshal_sha1})
        for (std::size_t i = 0; i < signed_id.size(); ++i) {
            auto forged = signed_id;
            forged[i] = forged[i] == 'A' ? 'B' : 'A';
            CAF_CHECK(refused(forged));
        }
}

CAF_TEST(what is no signed message is refused) {
    for (const std::string& bad :
         {std::string{}, std::string{"--"}, std::string(42, '-'), in_json_sha256.substr(1),
          in_json_sha256 + "0", " " + in_json_sha256, in_json_sha256 + "\n", in_json_sha256.substr(0, 60),
          std::string(1'000'000, 'A'), in_json_sha256.substr(in_json_sha256.size() - 42)})
        CAF_CHECK(refused(bad));
    CAF_MESSAGE("signed, but not of a shape that Rails writes with a purpose");
    CAF_CHECK(refused("eyJfcmFpbHMiOnsiZGF0YSI6IjEiLCJwdXIiOiJibG9iX2lkIn19--"
                      "c265f60cc3ca504d7883746c044c98bb556e5f83"));
    CAF_CHECK(refused("eyJfcmFpbHMiOnsiZGF0YSI6MX19--a759360b11d20b4743d7d452b01a4dcc0518fa25"));
    CAF_CHECK(refused("eyJkYXRhIjoxfQ==--4ea20832eb869d902aa3b86c087eac2fa4cd9e74"));
    CAF_CHECK(refused("MQ==--7d55a514b1d4dded437923eb0a888664257dac1a"));
}

CAF_TEST(another secret and another purpose are refused) {
    const active_storage_signer stranger{"another secret"};
    CAF_CHECK(refused(stranger.sign_blob(blob_id{1}, std::nullopt)));
    CAF_CHECK(!stranger.read_blob(in_json_sha256, now).has_value());
    CAF_CHECK(!signer().read_file(in_json_sha256, now).has_value());
    CAF_CHECK(!signer().read_upload(file_in_json, now).has_value());
    CAF_CHECK(refused(file_in_json));
}

CAF_TEST(links to files are those of Rails) {
    CAF_CHECK_EQUAL(signer().sign_file(room, end_of_2029), file_in_json);
    check_room(signer().read_file(file_in_json, now));
    check_room(signer().read_file(file_in_marshal_sha1, now));
    CAF_CHECK(!signer().read_file(file_in_json, end_of_2029).has_value());
    check_room(signer().read_file(signer(rails_defaults::v6_1).sign_file(room, end_of_2029), now));
    CAF_MESSAGE("what is not known is nil for Rails and empty for us");
    const disk_file_link bare{room.key, "", "", "local"};
    const auto read =
        signer().read_file(signer(rails_defaults::v7_0).sign_file(bare, std::nullopt), end_of_2029);
    CAF_REQUIRE(read.has_value());
    CAF_CHECK_EQUAL(read->disposition, "");
    CAF_CHECK_EQUAL(read->content_type, "");
}

CAF_TEST(addresses of direct uploads are those of Rails) {
    CAF_CHECK_EQUAL(signer().sign_upload(picture, end_of_2029), upload_in_json);
    for (const auto written : {rails_defaults::v6_1, rails_defaults::v7_0, rails_defaults::v7_1}) {
        const auto read = signer().read_upload(signer(written).sign_upload(picture, end_of_2029), now);
        CAF_REQUIRE(read.has_value());
        CAF_CHECK_EQUAL(read->key, picture.key);
        CAF_CHECK_EQUAL(read->content_type, picture.content_type);
        CAF_CHECK_EQUAL(read->content_length, picture.content_length);
        CAF_CHECK_EQUAL(read->checksum, picture.checksum);
        CAF_CHECK_EQUAL(read->service_name, picture.service_name);
    }
    CAF_CHECK(!signer().read_upload(upload_in_json, end_of_2029).has_value());
}

CAF_TEST(paths are those of the routes of Rails) {
    CAF_CHECK_EQUAL(blob_redirect_path("a/b+c==--0f", "living room.jpg"),
                    "/rails/active_storage/blobs/redirect/a%2Fb+c==--0f/living%20room.jpg");
    CAF_CHECK_EQUAL(blob_proxy_path("x", "\xc3\xa9?.png"),
                    "/rails/active_storage/blobs/proxy/x/%C3%A9%3F.png");
    CAF_CHECK_EQUAL(disk_file_path("x", "a.png"), "/rails/active_storage/disk/x/a.png");
    CAF_CHECK_EQUAL(disk_upload_path("x=="), "/rails/active_storage/disk/x==");
}

CAF_TEST(what could run code is downloaded as mere bytes) {
    CAF_CHECK_EQUAL(served_type("image/jpeg"), "image/jpeg");
    CAF_CHECK_EQUAL(served_type("text/html; charset=utf-8"), "application/octet-stream");
    CAF_CHECK_EQUAL(served_type("image/svg+xml"), "application/octet-stream");
    CAF_CHECK_EQUAL(served_type(""), "application/octet-stream");
    CAF_CHECK(is_shown_inline("image/webp"));
    CAF_CHECK(!is_shown_inline("image/svg+xml"));
    CAF_CHECK(!is_shown_inline(""));
}

CAF_TEST(names travel for old and for new clients) {
    CAF_CHECK_EQUAL(content_disposition("image/jpeg", "room.jpg"), room.disposition);
    CAF_CHECK_EQUAL(content_disposition("text/html", "a \"b\"&.html"),
                    "attachment; filename=\"a %22b%22%26.html\"; filename*=UTF-8''a%20%22b%22&.html");
    CAF_CHECK_EQUAL(content_disposition("image/png", "\xc3\xa9.png\r\nX: y"),
                    "inline; filename=\"%3F.png%0D%0AX%3A y\"; filename*=UTF-8''%C3%A9.png%0D%0AX%3A%20y");
}
