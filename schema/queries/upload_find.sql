-- A person's own upload. $1 IIN, $2 SHA-256 of the content, $3 type
select bytes, large_id, at from qao.upload_find($1::text, $2::bytea, $3::text)
