-- What audits of the books have found.
CREATE TABLE audits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report json NOT NULL,
    finished_at timestamp(6) without time zone NOT NULL
);
