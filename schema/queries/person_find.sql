-- All registrations of a person of a body, the newest version of each.
-- $1 IIN, $2 BIN of the body, $3 peer address or null, $4 time
select p.person_id, p.body_id, p.iin, b.bin,
    coalesce((select $3::text::inet <<= any (n.networks) from qao.body_network n where n.body_id = p.body_id
              order by n.version desc limit 1), false),
    v.registration_id, v.version, v.system_role,
    case when v.state = 'active' and v.granted_until <= $4::timestamptz then 'ended' else v.state end,
    coalesce(v.unit_id, 0), coalesce(v.act_number, ''), coalesce(to_char(v.act_date, 'YYYY-MM-DD'), '')
from qao.person p
join qao.body b using (body_id)
join qao.registration r on r.person_id = p.person_id
join lateral (select * from qao.registration_version x where x.registration_id = r.registration_id
              order by x.version desc limit 1) v on true
where p.iin = $1::text and b.bin = $2::text
order by r.registration_id
