-- $1 log, $2 indexes, $3 indexes of what they conclude. A second conclusion violates conclusion_pkey.
insert into qao.conclusion (log_id, seq, request_seq)
select $1::integer, x.seq, x.request_seq from unnest($2::bigint[], $3::bigint[]) as x (seq, request_seq)
