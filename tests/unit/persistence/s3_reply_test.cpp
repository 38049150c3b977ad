#define CAF_SUITE s3_reply

#include "persistence/blobs/s3/s3_reply.hpp"
#include "tests/support/test.hpp"

using namespace atelier;
using namespace std::chrono;

CAF_TEST(a page of objects is read) {
    const auto page = read_objects(R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>bucket</Name><Prefix/><KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>
  <NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>
  <Contents><Key>xtapjjcjiudrlk3tmwyjgpuobabd</Key><LastModified>2026-11-23T10:00:01.000Z</LastModified>
    <ETag>&quot;70ee1738b6b21e2c8a43f3a5ab0eee71&quot;</ETag><Size>11</Size></Contents>
  <Contents><Key>a&amp;b&#x20AC;&#62;</Key><LastModified>2026-11-23T10:00:02Z</LastModified><Size>0</Size></Contents>
</ListBucketResult>
)");
    CAF_REQUIRE(page.has_value());
    CAF_REQUIRE_EQUAL(page->objects.size(), 2u);
    CAF_CHECK_EQUAL(page->objects[0].key, "xtapjjcjiudrlk3tmwyjgpuobabd");
    CAF_CHECK(page->objects[0].modified == sys_days{2026y / November / 23} + 10h + 1s);
    CAF_CHECK_EQUAL(page->objects[0].size, 11);
    CAF_CHECK_EQUAL(page->objects[1].key, "a&b\xe2\x82\xac>");
    CAF_CHECK_EQUAL(page->next, "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=");
}

CAF_TEST(an empty page is the last) {
    const auto page = read_objects("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
    CAF_REQUIRE(page.has_value());
    CAF_CHECK(page->objects.empty());
    CAF_CHECK_EQUAL(page->next, "");
}

CAF_TEST(uploads and errors are read) {
    const auto id = read_upload_id("<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key>"
                                   "<UploadId>VXBsb2FkIElE</UploadId></InitiateMultipartUploadResult>");
    CAF_REQUIRE(id.has_value());
    CAF_CHECK_EQUAL(*id, "VXBsb2FkIElE");
    const auto open = read_uploads(
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"
        "<NextUploadIdMarker>i</NextUploadIdMarker><Upload><Key>k</Key><UploadId>i</UploadId>"
        "<Initiated>2026-11-23T10:00:00.000Z</Initiated></Upload></ListMultipartUploadsResult>");
    CAF_REQUIRE(open.has_value());
    CAF_REQUIRE_EQUAL(open->uploads.size(), 1u);
    CAF_CHECK_EQUAL(open->uploads[0].id, "i");
    CAF_CHECK_EQUAL(open->next_key, "k");
    CAF_CHECK_EQUAL(read_error_code("<Error><Code>SlowDown</Code><Message>x</Message></Error>"), "SlowDown");
    CAF_CHECK_EQUAL(read_error_code("<Error><Code>\r\n<![CDATA[No-]]>Such&lt;Key</Code></Error>"),
                    "NoSuchKey");
    CAF_CHECK_EQUAL(read_error_code("<html>502</html>"), "");
    CAF_CHECK_EQUAL(read_error_code(""), "");
}

CAF_TEST(what is no reply is refused) {
    for (const std::string_view bad :
         {"", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>&#xd800;</a>",
          "<a b=c/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><b></a></b>", "<a>", "<a/>x", "<a"}) {
        CAF_MESSAGE(bad);
        CAF_CHECK(!read_xml(bad).has_value());
        CAF_CHECK(!read_objects(bad).has_value());
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "<a>";
    CAF_CHECK(!read_xml(deep).has_value());
    CAF_CHECK(!read_xml("<a:>x</a:>").has_value());
    CAF_CHECK(!read_xml("<a:b:c>x</a:b:c>").has_value());
    CAF_CHECK(
        !read_objects("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>").has_value());
    CAF_CHECK(
        !read_objects("<ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult>").has_value());
    CAF_CHECK(!read_upload_id("<InitiateMultipartUploadResult/>").has_value());
    CAF_CHECK(!read_s3_time("2026-13-23T10:00:00.000Z").has_value());
    CAF_CHECK(!read_s3_time("yesterday").has_value());
}

CAF_TEST(comments and prefixes and empty elements are no matter) {
    const auto root =
        read_xml("<?xml version='1.0'?><!-- one --><s:a xmlns:s=\"x\"><!-- < --><b/>t<c >u</c ></s:a>");
    CAF_REQUIRE(root.has_value());
    CAF_CHECK_EQUAL(root->name, "a");
    CAF_CHECK_EQUAL(root->text, "t");
    CAF_CHECK_EQUAL(root->children.size(), 2u);
    CAF_CHECK_EQUAL(root->text_of("c"), "u");
}
