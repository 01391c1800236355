-- Entries with all that is stored beside them: subjects as one array of kid and one of mac, blobs likewise; of the act that
-- is kept, the leaf hash it names and the digest of its message.
-- $1 log, $2 first, $3 end
select e.seq, e.at, e.kind, e.iin, e.id, e.part, e.body, e.unit, e.role, e.service, e.basis, e.duty, e.article, e.case_number,
    e.effect, e.outcome, array_to_string(e.reasons, ' '), e.registration_id, e.version, e.opens, e.concludes, e.leaf,
    exists (select from qao.claim c where c.iin = e.iin and c.id = e.id and c.part = e.part
            and c.log_id = e.log_id and c.seq = e.seq),
    e.concludes is null or exists (select from qao.conclusion k where k.log_id = e.log_id and k.request_seq = e.concludes
                                   and k.seq = e.seq),
    s.kids, s.macs, b.kinds, b.digests, b.larges, a.leaf, a.digest
from qao.entry e
left join lateral (select array_agg(x.kid order by x.kid, x.mac) as kids, array_agg(x.mac order by x.kid, x.mac) as macs
                   from qao.subject x where x.log_id = e.log_id and x.seq = e.seq) s on true
left join lateral (select array_agg(x.kind order by x.kind) as kinds, array_agg(x.digest order by x.kind) as digests,
                       array_agg(coalesce(x.large_id, 0) order by x.kind) as larges
                   from qao.blob x where x.log_id = e.log_id and x.seq = e.seq) b on true
left join qao.act_kept a on a.log_id = e.log_id and a.seq = e.seq
where e.log_id = $1::integer and e.seq >= $2::bigint and e.seq < $3::bigint
order by e.seq
