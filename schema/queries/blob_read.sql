-- The blob of one entry, wherever it lies.
-- $1 log, $2 index, $3 kind
select b.digest, coalesce(b.content, l.content)
from qao.blob b left join qao.blob_large l using (large_id)
where b.log_id = $1::integer and b.seq = $2::bigint and b.kind = $3::text
