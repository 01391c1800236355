-- What verification needs of the acts: which entry each belongs to, and the digest of the message as it lies here, computed
-- from its bytes whenever it is asked. The messages themselves are not the reader's.
set local role qao_owner;
set local search_path = qao;

create view act_kept as select log_id, seq, leaf, sha256(signed) as digest from act;
grant select on act_kept to qao_reader;
