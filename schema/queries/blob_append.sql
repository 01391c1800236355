-- $1 log, $2 indexes, $3 kinds, $4 digests, $5 contents, $6 numbers of large blobs
insert into qao.blob (log_id, seq, kind, digest, content, large_id)
select $1::integer, x.seq, x.kind, x.digest, x.content, x.large_id
from unnest($2::bigint[], $3::text[], $4::bytea[], $5::bytea[], $6::bigint[]) as x (seq, kind, digest, content, large_id)
