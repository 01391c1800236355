-- $1 origin
select log_id, partition_entries from qao.log where origin = $1::text
