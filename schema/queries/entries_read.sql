-- $1 log, $2 first, $3 end
select seq, leaf from qao.entry where log_id = $1::integer and seq >= $2::bigint and seq < $3::bigint order by seq
