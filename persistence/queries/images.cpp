#include "persistence/queries/images.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement one_image{"image", R"(
    SELECT i.id, i.user_id, i.kind = 'output', i.room_type, b.key, b.service_name, b.filename, b.content_type,
        b.byte_size, b.checksum, (nullif(b.metadata, '')::json ->> 'width')::numeric::integer,
        (nullif(b.metadata, '')::json ->> 'height')::numeric::integer, i.created_at
    FROM images i
    JOIN active_storage_attachments a ON a.record_type = 'Image' AND a.record_id = i.id AND a.name = 'file'
    JOIN active_storage_blobs b ON b.id = a.blob_id
    WHERE i.id = $1 ORDER BY a.id DESC LIMIT 1)"};

constexpr pg::statement blob_with_key{"blob_with_key",
                                      "SELECT EXISTS (SELECT FROM active_storage_blobs WHERE key = $1)"};

image_record to_image(const pg::row& row) {
    image_record i;
    row.read(i.id, i.user, i.output, i.room_type, i.key, i.service_name, i.filename, i.content_type,
             i.byte_size, i.checksum, i.width, i.height, i.created_at);
    return i;
}

} // namespace

outcome<image_record> get_image(pg::connection& database, image_id image) {
    return read_one(database.query(one_image, pg::params{image}), to_image);
}

outcome<bool> blob_exists(pg::connection& database, std::string_view key) {
    return read_one(database.query(blob_with_key, pg::params{key}), [](const pg::row& row) {
        bool found = false;
        row.read(found);
        return found;
    });
}

} // namespace atelier::queries
