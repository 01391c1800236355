-- The newest registration of a person as an officer of a body, with what a decision needs of the body and the agreement
-- (clauses 15, 17, 34, R15), whether the query's id was claimed, and until when announced work runs (clause 35).
-- $1 IIN, $2 BIN of the body, $3 peer address or null, $4 time, $5 query id or null, $6 part
select v.registration_id, v.version, p.person_id, p.body_id, coalesce(v.unit_id, 0), p.iin, b.bin, coalesce(u.code, ''), v.role,
    case when v.state = 'active' and v.granted_until <= $4::timestamptz then 'ended' else v.state end,
    v.granted_until, v.bases, v.duties,
    coalesce((select a.text_version from qao.agreement a
              where a.person_id = p.person_id
                and a.text_version = (select t.version from qao.agreement_text t where t.in_force_from <= $4::timestamptz
                                      order by t.in_force_from desc, t.version desc limit 1)), 0),
    coalesce((select $3::text::inet <<= any (n.networks) from qao.body_network n where n.body_id = p.body_id
              order by n.version desc limit 1), false),
    exists (select from qao.claim c where c.iin = p.iin and c.id = $5::uuid and c.part = $6::smallint),
    (select w.ends_at from qao.announcement w
     where w.ends_at > $4::timestamptz and w.begins_at <= $4::timestamptz and not w.withdrawn
       and not exists (select from qao.announcement x where x.replaces = w.announcement_id
                       offset 0) -- asked of each that runs, not of all
     order by w.ends_at desc limit 1)
from qao.person p
join qao.body b using (body_id)
join qao.registration r on r.person_id = p.person_id and r.system_role = 'officer'
join lateral (select * from qao.registration_version x where x.registration_id = r.registration_id
              order by x.version desc limit 1) v on true
left join qao.unit u on u.unit_id = v.unit_id
where p.iin = $1::text and b.bin = $2::text
