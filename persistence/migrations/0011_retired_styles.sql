-- Styles that are no longer offered. What was made in them stays, and so do the rows that it refers to.
CREATE TABLE retired_styles (
    style_id bigint PRIMARY KEY REFERENCES styles (id) ON DELETE CASCADE,
    retired_at timestamp(6) without time zone NOT NULL
);
