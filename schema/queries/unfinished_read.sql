-- Records without the conclusion they need, from a given index on.
-- $1 log, $2 after, $3 at most so many
select e.seq, e.at, e.kind, e.iin, e.id, e.part, e.body, e.unit, e.role, e.service, e.basis, e.duty, e.article, e.case_number,
    e.effect, e.outcome, array_to_string(e.reasons, ' '), e.registration_id, e.version, e.opens, e.concludes, e.leaf
from qao.entry e
where e.log_id = $1::integer and e.opens and e.seq > $2::bigint
    and e.seq >= (select h.open_from from qao.head h where h.log_id = $1::integer order by h.size desc limit 1)
    and not exists (select from qao.conclusion k where k.log_id = e.log_id and k.request_seq = e.seq)
order by e.seq
limit $3::bigint
