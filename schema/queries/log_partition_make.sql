-- $1 log, $2 index that must have a partition. Gives the first index that has none.
select qao.log_partition_make($1::integer, $2::bigint)
