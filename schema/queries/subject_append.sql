-- $1 log, $2 indexes, $3 ordinals within the entry, $4 key numbers, $5 keyed hashes
insert into qao.subject (log_id, seq, ordinal, kid, mac)
select $1::integer, x.seq, x.ordinal, x.kid, x.mac
from unnest($2::bigint[], $3::smallint[], $4::integer[], $5::bytea[]) as x (seq, ordinal, kid, mac)
