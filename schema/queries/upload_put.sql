-- Notes an upload of a person. $1 IIN, $2 BIN, $3 SHA-256 of the content, $4 type, $5 bytes, $6 where its sealed form lies, $7 time
select qao.upload_put($1::text, $2::text, $3::bytea, $4::text, $5::integer, $6::bigint, $7::timestamptz)
