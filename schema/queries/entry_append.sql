-- $1 log, $2 first index, then one array for each column, one element for each entry in order
insert into qao.entry (log_id, seq, opens, role, service, part, version, at, registration_id, concludes, id, kind, iin, body,
    unit, basis, duty, article, case_number, effect, outcome, reasons, leaf)
select $1::integer, $2::bigint + x.ordinal - 1, x.opens, x.role, x.service, x.part, x.version, x.at, x.registration_id, x.concludes,
    x.id, x.kind, x.iin, x.body, x.unit, x.basis, x.duty, x.article, x.case_number, x.effect, x.outcome,
    string_to_array(x.reasons, ' '), x.leaf
from unnest($3::boolean[], $4::smallint[], $5::smallint[], $6::smallint[], $7::integer[], $8::timestamptz[], $9::bigint[],
    $10::bigint[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
    $19::text[], $20::text[], $21::text[], $22::text[], $23::bytea[])
    with ordinality as x (opens, role, service, part, version, at, registration_id, concludes, id, kind, iin, body, unit, basis,
        duty, article, case_number, effect, outcome, reasons, leaf, ordinal)
