-- The number of a log, made when it is new. $1 origin, $2 entries per partition
select qao.log_open($1::text, $2::bigint)
