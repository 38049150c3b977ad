-- Ends a transaction whose rows refer to rows that are not there, with the foreign keys' own SQLSTATE. For sessions that
-- lock the rows they refer to by themselves, all of a table at once, instead of by triggers row by row.
CREATE FUNCTION atelier_refer(actual bigint, expected bigint, what text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF actual <> expected THEN
        RAISE EXCEPTION '% of % rows of % are there', actual, expected, what USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN true;
END $$;

-- Refunds whose lot had expired meanwhile: until when it is open again.
CREATE TABLE reopened_lots (
    token_transaction_id bigint PRIMARY KEY REFERENCES token_transactions (id),
    expires_at timestamp(6) without time zone NOT NULL,
    created_at timestamp(6) without time zone NOT NULL
);

-- Most generations have no output yet, and every new one paid for an entry that says so.
DROP INDEX IF EXISTS index_generations_on_output_image_id;
CREATE UNIQUE INDEX index_generations_on_output_image_id ON generations (output_image_id)
    WHERE output_image_id IS NOT NULL;
