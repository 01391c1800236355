-- $1 log, $2 indexes, $3 IINs, $4 ids, $5 parts. A second claim violates claim_pkey.
insert into qao.claim (log_id, seq, iin, id, part)
select $1::integer, x.seq, x.iin, x.id, x.part
from unnest($2::bigint[], $3::text[], $4::uuid[], $5::smallint[]) as x (seq, iin, id, part)
