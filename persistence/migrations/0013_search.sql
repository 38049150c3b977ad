-- online
-- Operators look users up by how their address begins.
DROP INDEX CONCURRENTLY IF EXISTS index_users_on_email_prefix;
CREATE INDEX CONCURRENTLY index_users_on_email_prefix ON users (email varchar_pattern_ops);
