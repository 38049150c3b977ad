-- What users keep with us: uploads that go straight to the store, and what was deleted.

-- Blobs that wait for their file and for the image that they will be the file of. Rails attaches blobs of its own making;
-- only these are ours to sweep away.
CREATE TABLE direct_uploads (
    blob_id bigint PRIMARY KEY REFERENCES active_storage_blobs (id) ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamp(6) without time zone NOT NULL,
    expires_at timestamp(6) without time zone NOT NULL
);
CREATE INDEX index_direct_uploads_on_user_id ON direct_uploads (user_id);
CREATE INDEX index_direct_uploads_on_expires_at ON direct_uploads (expires_at);

-- What its owner has deleted, and the journal, or a generation that the journal knows, still refers to. The files and
-- blobs are gone.
CREATE TABLE deleted_images (
    image_id bigint PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
    deleted_at timestamp(6) without time zone NOT NULL
);
CREATE TABLE deleted_generations (
    generation_id bigint PRIMARY KEY REFERENCES generations (id) ON DELETE CASCADE,
    deleted_at timestamp(6) without time zone NOT NULL
);

-- Lists go backwards over a user's rows. Most generations succeed, so those that did are found on the way, and those that
-- are unfinished have an index already. A style is looked for among one user's rows: an index for it would cost every
-- generation more than it saves.
CREATE INDEX index_images_on_user_id_and_id ON images (user_id, id);
CREATE INDEX index_images_on_user_id_and_room_type_and_id ON images (user_id, room_type, id);
CREATE INDEX index_generations_on_user_id_and_id_failed ON generations (user_id, id) WHERE status = 'failed';

-- Takes blobs that no record is attached to any more out of the tables, with the variants that Rails has made of them;
-- gives the keys of the files to remove after the commit. What something else is attached to stays.
CREATE FUNCTION atelier_purge_blobs(wanted bigint[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    gone bigint[];
    variants bigint[];
BEGIN
    SELECT array_agg(b.id) INTO gone FROM active_storage_blobs b
        WHERE b.id = ANY (wanted) AND NOT EXISTS (SELECT FROM active_storage_attachments a WHERE a.blob_id = b.id);
    WITH variant AS (
        DELETE FROM active_storage_variant_records v WHERE v.blob_id = ANY (gone) RETURNING v.id),
    picture AS (
        DELETE FROM active_storage_attachments a USING variant v
        WHERE a.record_type = 'ActiveStorage::VariantRecord' AND a.record_id = v.id RETURNING a.blob_id)
    SELECT array_agg(blob_id) INTO variants FROM picture;
    RETURN QUERY DELETE FROM active_storage_blobs b
        WHERE b.id = ANY (gone || variants)
            AND NOT EXISTS (SELECT FROM active_storage_attachments a WHERE a.blob_id = b.id)
        RETURNING b.key::text;
END $$;

-- Detaches all that an image has, and purges it.
CREATE FUNCTION atelier_purge_files_of_image(image bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    detached bigint[];
BEGIN
    WITH attachment AS (
        DELETE FROM active_storage_attachments a WHERE a.record_type = 'Image' AND a.record_id = image RETURNING a.blob_id)
    SELECT array_agg(blob_id) INTO detached FROM attachment;
    RETURN QUERY SELECT atelier_purge_blobs(detached);
END $$;
