-- $1 log, $2 level, $3 index
select hashes from qao.tile where log_id = $1::integer and level = $2::smallint and index = $3::bigint
