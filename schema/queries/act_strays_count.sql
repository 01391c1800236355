-- How many acts the register has that no entry of the log stands for. $1 log
select count(*) from qao.act_kept a
where a.log_id = $1::integer and not exists (select from qao.entry e where e.log_id = a.log_id and e.seq = a.seq)
