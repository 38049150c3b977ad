#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What S3 replies in XML. Bounded in depth; without document types, so that nothing expands. Pure.
/// Source: Amazon S3 API Reference: ListObjectsV2, ListMultipartUploads, CreateMultipartUpload,
/// CompleteMultipartUpload, "Error responses".
namespace atelier {

/// An element: its text without that of the elements within.
struct xml_element {
    std::string name; ///< without a prefix
    std::string text;
    std::vector<xml_element> children;

    /// The first child of a name; nullptr when there is none.
    [[nodiscard]] const xml_element* find(std::string_view child) const;
    /// The text of the first child of a name; "" when there is none.
    [[nodiscard]] std::string_view text_of(std::string_view child) const;
};

/// Reads a document: its root. Nothing when it is malformed, nested deeper than 16 or has a document type.
[[nodiscard]] std::optional<xml_element> read_xml(std::string_view document);

struct s3_listed_object {
    std::string key;
    instant modified;
    std::int64_t size = 0; ///< bytes
};

/// A page of a bucket's objects.
struct s3_object_page {
    std::vector<s3_listed_object> objects;
    std::string next; ///< where the next page begins; "" = this is the last
};

struct s3_open_upload {
    std::string key;
    std::string id;
    instant begun;
};

/// A page of the uploads in parts that were neither completed nor given up.
struct s3_upload_page {
    std::vector<s3_open_upload> uploads;
    std::string next_key; ///< with `next_id`, where the next page begins; "" = this is the last
    std::string next_id;
};

/// Readers fail with `unavailable` when the reply is not what it should be.
[[nodiscard]] outcome<s3_object_page> read_objects(std::string_view xml);
[[nodiscard]] outcome<s3_upload_page> read_uploads(std::string_view xml);
/// The id of an upload in parts that has begun.
[[nodiscard]] outcome<std::string> read_upload_id(std::string_view xml);
/// The code of an error reply, e.g. "NoSuchKey"; "" when it is none. Letters and digits only, at most 64.
[[nodiscard]] std::string read_error_code(std::string_view xml);

/// "2013-05-24T00:00:00.000Z"
[[nodiscard]] std::optional<instant> read_s3_time(std::string_view text);

} // namespace atelier
