-- What became of each part of a signed message, in order.
-- $1 IIN, $2 id, $3 how many at most
select c.part, c.log_id, c.seq, e.at, e.kind, e.service, e.effect, array_to_string(e.reasons, ' '), e.opens,
    k.seq, f.at, f.kind, f.outcome, s.seq, g.at, g.outcome
from qao.claim c
join qao.entry e on e.log_id = c.log_id and e.seq = c.seq
left join qao.conclusion k on k.log_id = c.log_id and k.request_seq = c.seq
left join qao.entry f on f.log_id = k.log_id and f.seq = k.seq
left join lateral (select max(x.seq) as seq from qao.settlement x where x.log_id = c.log_id and x.request_seq = c.seq) s on true
left join qao.entry g on g.log_id = c.log_id and g.seq = s.seq
where c.iin = $1::text and c.id = $2::uuid and c.part > 0
order by c.part limit $3::integer
