#include "persistence/queries/images.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

/// Active Storage's has_one_attached: of several attachments the latest counts.
constexpr const char* select_image = R"(
    SELECT i.id, i.user_id, i.kind = 'output', i.room_type, b.id, b.key, b.service_name, b.filename, b.content_type,
        b.byte_size, b.checksum, (nullif(b.metadata, '')::json ->> 'width')::numeric::integer,
        (nullif(b.metadata, '')::json ->> 'height')::numeric::integer, i.created_at
    FROM images i
    CROSS JOIN LATERAL (
        SELECT blob_id FROM active_storage_attachments
        WHERE record_type = 'Image' AND record_id = i.id AND name = 'file' ORDER BY id DESC LIMIT 1) a
    JOIN active_storage_blobs b ON b.id = a.blob_id )";

constexpr pg::statement one_image{"image", select_image, "WHERE i.id = $1"};
constexpr pg::statement of_user{
    "images_of_user", select_image,
    "WHERE i.user_id = $1 AND i.id < $2 AND ($4 = '' OR i.kind = $4) ORDER BY i.id DESC LIMIT $3"};
constexpr pg::statement of_user_and_room{"images_of_user_and_room", select_image,
                                         "WHERE i.user_id = $1 AND i.id < $2 AND ($4 = '' OR i.kind = $4) "
                                         "AND i.room_type = $5 ORDER BY i.id DESC LIMIT $3"};

constexpr pg::statement keys_without_blob{"keys_without_blob", R"(
    SELECT k.key FROM unnest($1::text[]) AS k (key)
    WHERE NOT EXISTS (SELECT FROM active_storage_blobs b WHERE b.key = k.key))"};

image_record to_image(const pg::row& row) {
    image_record i;
    row.read(i.id, i.user, i.output, i.room_type, i.blob, i.key, i.service_name, i.filename, i.content_type,
             i.byte_size, i.checksum, i.width, i.height, i.created_at);
    return i;
}

} // namespace

outcome<image_record> get_image(pg::connection& database, image_id image) {
    return read_one(database.query(one_image, pg::params{image}), to_image);
}

outcome<page<image_record>> list_images(pg::connection& database, user_id user, const image_filter& filter,
                                        image_id before, std::int32_t limit) {
    const std::string_view kind = !filter.output ? "" : *filter.output ? "output" : "input";
    const auto& statement = filter.room_type.empty() ? of_user : of_user_and_room;
    auto found =
        database.query(statement, pg::params{user, below(before), limit + 1, kind, filter.room_type});
    return read_page(std::move(found), limit, to_image);
}

outcome<std::vector<std::string>> list_keys_without_blob(pg::connection& database,
                                                         const std::vector<std::string>& keys) {
    return read_all(database.query(keys_without_blob, pg::params{keys}), [](const pg::row& row) {
        std::string key;
        row.read(key);
        return key;
    });
}

} // namespace atelier::queries
