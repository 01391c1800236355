-- A page of a collection, null when it is not the reader's. $1 collection, $2 reader, $3 filter
select qao.read($1::text, $2::text::jsonb, $3::text::jsonb)::text
