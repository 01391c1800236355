-- $1 log, $2 size, $3 previous size, $4 root, $5 checkpoint, $6 first index that may wait for a conclusion
insert into qao.head (log_id, size, prev_size, root, checkpoint, open_from)
values ($1::integer, $2::bigint, $3::bigint, $4::bytea, $5::bytea, $6::bigint)
