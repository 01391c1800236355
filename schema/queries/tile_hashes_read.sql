-- Hashes of full tiles. $1 log, $2 level, $3 first index, $4 end
select index, hash from qao.tile
where log_id = $1::integer and level = $2::smallint and index >= $3::bigint and index < $4::bigint
order by index
