-- A blob too large for its record's transaction, put before it.
-- $1 digest, $2 content
insert into qao.blob_large (digest, content) values ($1::bytea, $2::bytea) returning large_id
