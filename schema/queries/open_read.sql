-- Indexes of all records that still need a conclusion, for the writer. $1 log
select e.seq from qao.entry e
where e.log_id = $1::integer and e.opens
    and e.seq >= (select h.open_from from qao.head h where h.log_id = $1::integer order by h.size desc limit 1)
    and not exists (select from qao.conclusion k where k.log_id = e.log_id and k.request_seq = e.seq)
order by e.seq
