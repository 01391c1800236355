-- $1 log, $2 levels, $3 indexes, $4 hashes of the tiles, $5 their contents
insert into qao.tile (log_id, level, index, hash, hashes)
select $1::integer, x.level, x.index, x.hash, x.hashes
from unnest($2::smallint[], $3::bigint[], $4::bytea[], $5::bytea[]) as x (level, index, hash, hashes)
