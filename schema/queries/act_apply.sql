-- Changes the register by the acts of the batch, each with its entry. $1 log, $2 indexes, $3 leaf hashes, $4 envelopes, $5 signed
-- messages
select qao.act_apply($1::integer, $2::bigint[], $3::bytea[], $4::text[]::jsonb[], $5::bytea[])
