-- Violations that entries of the batch show; whose they are, the entries say. $1 log, $2 indexes, $3 causes
select qao.violation_append($1::integer, $2::bigint[], $3::text[])
