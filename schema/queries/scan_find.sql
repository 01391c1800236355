-- The scan of an application, where this reader may see it. $1 reader, $2 application
select digest, type, bytes, large_id from qao.scan_find($1::text::jsonb, $2::uuid)
