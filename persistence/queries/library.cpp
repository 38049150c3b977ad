#include "persistence/queries/library.hpp"

#include "persistence/queries/reading.hpp"

namespace atelier::queries {
namespace {

constexpr pg::statement insert_upload{"library_insert_upload", R"(
    WITH open AS (SELECT count(*) AS uploads FROM direct_uploads WHERE user_id = $1),
    blob AS (
        INSERT INTO active_storage_blobs
            (key, filename, content_type, metadata, service_name, byte_size, checksum, created_at)
        SELECT $2, $3, $4, $5, $6, $7, $8, $9 FROM open WHERE uploads < $11 RETURNING id)
    INSERT INTO direct_uploads (blob_id, user_id, created_at, expires_at)
    SELECT id, $1, $9, $10 FROM blob RETURNING blob_id)"};

constexpr pg::statement open_upload{"library_open_upload", R"(
    SELECT b.id, b.key, b.filename, b.content_type, b.metadata, b.service_name, b.byte_size, b.checksum, b.created_at
    FROM direct_uploads u JOIN active_storage_blobs b ON b.id = u.blob_id
    WHERE u.blob_id = $1 AND u.user_id = $2
        AND NOT EXISTS (SELECT FROM active_storage_attachments a WHERE a.blob_id = b.id))"};

constexpr pg::statement image_with_blob{"library_image_with_blob", R"(
    SELECT i.id FROM active_storage_attachments a JOIN images i ON i.id = a.record_id
    WHERE a.blob_id = $1 AND a.record_type = 'Image' AND a.name = 'file' AND i.user_id = $2 ORDER BY i.id LIMIT 1)"};

/// Who takes the row of direct_uploads away attaches the blob, so it happens once.
constexpr pg::statement attach{"library_attach", R"(
    WITH upload AS (
        DELETE FROM direct_uploads u WHERE u.blob_id = $1 AND u.user_id = $2
            AND NOT EXISTS (SELECT FROM active_storage_attachments a WHERE a.blob_id = u.blob_id) RETURNING u.blob_id),
    image AS (
        INSERT INTO images (user_id, kind, room_type, metadata, created_at, updated_at)
        SELECT $2, 'input', nullif($3, ''), '{}'::json, $6, $6 FROM upload RETURNING id),
    blob AS (
        UPDATE active_storage_blobs b SET content_type = $4, metadata = $5 FROM upload u WHERE b.id = u.blob_id)
    INSERT INTO active_storage_attachments (name, record_type, record_id, blob_id, created_at)
    SELECT 'file', 'Image', i.id, u.blob_id, $6 FROM image i, upload u RETURNING record_id)"};

constexpr pg::statement end_uploads{"library_end_uploads", R"(
    WITH over AS (
        DELETE FROM direct_uploads WHERE blob_id IN (
            SELECT blob_id FROM direct_uploads WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
            FOR UPDATE SKIP LOCKED)
        RETURNING blob_id)
    SELECT atelier_purge_blobs(array_agg(blob_id)) FROM over)"};

/// FOR UPDATE: who makes a generation of the image at the same moment holds its key (references.hpp).
constexpr pg::statement lock_image{"library_lock_image", R"(
    SELECT id FROM images i WHERE id = $1 AND user_id = $2
        AND NOT EXISTS (SELECT FROM deleted_images d WHERE d.image_id = i.id) FOR UPDATE)"};
/// A statement of its own, which sees what was committed while the lock was waited for.
constexpr pg::statement image_in_use{"library_image_in_use", R"(
    SELECT EXISTS (SELECT FROM generations WHERE input_image_id = $1 AND status IN ('queued', 'running')))"};
constexpr pg::statement purge_image{"library_purge_image", "SELECT atelier_purge_files_of_image($1)"};
constexpr pg::statement end_image{"library_end_image", R"(
    WITH gone AS (
        DELETE FROM images WHERE id = $1
            AND NOT EXISTS (SELECT FROM generations WHERE input_image_id = $1 OR output_image_id = $1) RETURNING 1)
    INSERT INTO deleted_images (image_id, deleted_at)
    SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM gone) ON CONFLICT DO NOTHING)"};

constexpr pg::statement lock_generation{"library_lock_generation", R"(
    SELECT status, output_image_id FROM generations g WHERE id = $1 AND user_id = $2
        AND NOT EXISTS (SELECT FROM deleted_generations d WHERE d.generation_id = g.id) FOR NO KEY UPDATE)"};
constexpr pg::statement end_generation{
    "library_end_generation",
    "INSERT INTO deleted_generations (generation_id, deleted_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"};

using keys = std::vector<std::string>;

direct_upload to_upload(const pg::row& row) {
    direct_upload u;
    row.read(u.id, u.key, u.filename, u.content_type, u.metadata, u.service_name, u.byte_size, u.checksum,
             u.created_at);
    return u;
}

std::string to_key(const pg::row& row) {
    return row.at<std::string>(0);
}

image_id to_image_id(const pg::row& row) {
    return row.at<image_id>(0);
}

/// All or nothing of what `work` does.
template <class Work>
outcome<keys> in_transaction(pg::connection& database, Work work) {
    if (auto begun = database.execute("BEGIN ISOLATION LEVEL READ COMMITTED"); !begun)
        return std::move(begun).error();
    outcome<keys> result = work();
    const auto ended = database.execute(result ? "COMMIT" : "ROLLBACK");
    if (result && !ended)
        return ended.error();
    return result;
}

/// Its files' rows first, then its own.
outcome<keys> remove_image(pg::connection& database, image_id image, instant at) {
    auto purged = read_all(database.query(purge_image, pg::params{image}), to_key);
    if (!purged)
        return purged;
    if (const auto ended = database.query(end_image, pg::params{image, at}); !ended)
        return ended.error();
    return purged;
}

} // namespace

outcome<blob_id> insert_direct_upload(pg::connection& database, user_id user, const direct_upload& upload,
                                      instant expires_at) {
    auto made = read_optional(
        database.query(insert_upload,
                       pg::params{user, upload.key, upload.filename, upload.content_type, upload.metadata,
                                  upload.service_name, upload.byte_size, upload.checksum, upload.created_at,
                                  expires_at, direct_uploads_max}),
        [](const pg::row& row) { return row.at<blob_id>(0); });
    if (!made)
        return std::move(made).error();
    if (!*made)
        return failure{errc::rate_limited, "Too many uploads are not attached yet."};
    return **made;
}

outcome<std::variant<direct_upload, image_id>> find_attachable(pg::connection& database, user_id user,
                                                               blob_id blob) {
    using attachable = std::variant<direct_upload, image_id>;
    auto upload = read_optional(database.query(open_upload, pg::params{blob, user}), to_upload);
    if (!upload)
        return std::move(upload).error();
    if (*upload)
        return attachable{**std::move(upload)};
    auto image = read_optional(database.query(image_with_blob, pg::params{blob, user}), to_image_id);
    if (!image)
        return std::move(image).error();
    if (!*image)
        return errc::not_found;
    return attachable{**image};
}

outcome<image_id> attach_direct_upload(pg::connection& database, user_id user, blob_id blob,
                                       const new_image& found, instant at) {
    auto made = read_optional(database.query(attach, pg::params{blob, user, found.room_type,
                                                                found.content_type, found.blob_metadata, at}),
                              to_image_id);
    if (!made)
        return std::move(made).error();
    if (!*made)
        return failure{errc::state_conflict, "The upload was attached or removed meanwhile."};
    return **made;
}

outcome<keys> purge_direct_uploads(pg::connection& database, instant now, std::int32_t limit) {
    return read_all(database.query(end_uploads, pg::params{now, limit}), to_key);
}

outcome<keys> delete_image(pg::connection& database, user_id user, image_id image, instant at) {
    return in_transaction(database, [&]() -> outcome<keys> {
        const auto locked = database.query(lock_image, pg::params{image, user});
        if (!locked)
            return locked.error();
        if (locked->empty())
            return errc::not_found;
        const auto used = database.query(image_in_use, pg::params{image});
        if (!used)
            return used.error();
        if ((*used)[0].at<bool>(0))
            return failure{errc::state_conflict, "A generation that is not finished needs the image."};
        return remove_image(database, image, at);
    });
}

outcome<keys> delete_generation(pg::connection& database, user_id user, generation_id generation,
                                instant at) {
    return in_transaction(database, [&]() -> outcome<keys> {
        const auto locked = database.query(lock_generation, pg::params{generation, user});
        if (!locked)
            return locked.error();
        if (locked->empty())
            return errc::not_found;
        const auto state = parse_generation_status((*locked)[0].at<std::string>(0));
        if (!state || !is_final(*state))
            return failure{errc::state_conflict, "The generation is not finished; cancel it first."};
        if (const auto ended = database.query(end_generation, pg::params{generation, at}); !ended)
            return ended.error();
        const auto output = (*locked)[0].at<std::optional<image_id>>(1);
        return output ? remove_image(database, *output, at) : outcome<keys>{keys{}};
    });
}

} // namespace atelier::queries
