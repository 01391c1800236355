-- Bodies, their units and people, and who is appointed to what (clauses 29, 33). 0004 says how acts are called.
set local role qao_owner;
set local search_path = qao;

-- ---- bodies and units ----

create function body_check(wanted text) returns text[]
    language sql stable set search_path = qao, pg_temp
as $$
    select case when exists (select from body where bin = wanted) then '{}' else array['body-unknown'] end
$$;

create function body_differs(said jsonb) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select (b.code, b.appendix, b.name_kk, b.name_ru, b.name_en)
        is distinct from (said ->> 'code', (said ->> 'appendix')::smallint, said #>> '{name,kk}', said #>> '{name,ru}',
                          said #>> '{name,en}')
    from (values (said ->> 'bin')) as wanted (bin)
        left join body_now b using (bin)
$$;

create function body_networks_differ(said jsonb) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select not coalesce(b.networks @> wanted.networks and b.networks <@ wanted.networks, false)
    from (select said ->> 'bin' as bin,
              array(select w::cidr from jsonb_array_elements_text(said -> 'networks') w) as networks) wanted
        left join body_now b using (bin)
$$;

-- The list of networks of one's own body must hold the address one speaks from: with another the operator would lock himself
-- out, and there would be no way back but the database's superuser.
create function act_check_body(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := '{}';
begin
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if not body_differs(said) and not body_networks_differ(said) then
        reasons := reasons || text 'already-so';
    end if;
    if said ->> 'bin' = envelope ->> 'bin'
        and not coalesce((envelope ->> 'peer')::inet
                         <<= any (array(select w::cidr from jsonb_array_elements_text(said -> 'networks') w)), false) then
        reasons := reasons || text 'form-mismatch';
    end if;
    return reasons;
end
$$;

create function body_put(said jsonb, moment timestamptz, leaf bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    insert into body (bin) values (said ->> 'bin') on conflict do nothing;
    insert into body_version (body_id, version, code, appendix, name_kk, name_ru, name_en, at, act)
    select b.body_id, coalesce((select max(v.version) from body_version v where v.body_id = b.body_id), 0) + 1,
        said ->> 'code', (said ->> 'appendix')::smallint, said #>> '{name,kk}', said #>> '{name,ru}', said #>> '{name,en}',
        moment, leaf
    from body b where b.bin = said ->> 'bin' and body_differs(said);
    insert into body_network (body_id, version, networks, at, act)
    select b.body_id, coalesce((select max(v.version) from body_network v where v.body_id = b.body_id), 0) + 1,
        array(select w::cidr from jsonb_array_elements_text(said -> 'networks') w), moment, leaf
    from body b where b.bin = said ->> 'bin' and body_networks_differ(said);
end
$$;

create function act_apply_body(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    select body_put(envelope -> 'act', (envelope ->> 'at')::timestamptz, leaf)
$$;

create function unit_find(unit_bin text, unit_code text) returns bigint
    language sql stable set search_path = qao, pg_temp
as $$
    select u.unit_id from unit u join body b using (body_id) where b.bin = unit_bin and u.code = unit_code
$$;

-- Null names no unit, the body itself.
create function unit_check(unit_bin text, unit_code text) returns text[]
    language sql stable set search_path = qao, pg_temp
as $$
    select case when unit_code is null or unit_find(unit_bin, unit_code) is not null then '{}' else array['unit-unknown'] end
$$;

create view unit_now as
    select u.unit_id, u.body_id, b.bin, u.code, v.version, v.parent_id, a.code as above, v.name_kk, v.name_ru, v.name_en
    from unit u
        join body b using (body_id)
        join lateral (select * from unit_version x where x.unit_id = u.unit_id order by x.version desc limit 1) v on true
        left join unit a on a.unit_id = v.parent_id;

create function act_check_unit(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator') || body_check(said ->> 'bin');
    itself bigint := unit_find(said ->> 'bin', said ->> 'code');
    over bigint := unit_find(said ->> 'bin', said ->> 'above');
begin
    if said ->> 'above' = said ->> 'code' then
        reasons := reasons || text 'form-mismatch'; -- below itself
    elsif said ->> 'above' is not null and over is null then
        reasons := reasons || text 'unit-unknown';
    elsif itself in (with recursive up as (
                         select over as unit_id
                         union
                         select n.parent_id from up join unit_now n using (unit_id))
                     select unit_id from up where unit_id is not null) then
        reasons := reasons || text 'form-mismatch';
    end if;
    if exists (select from unit_now n
               where n.unit_id = itself
                   and (n.above, n.name_kk, n.name_ru, n.name_en)
                       is not distinct from (said ->> 'above', said #>> '{name,kk}', said #>> '{name,ru}', said #>> '{name,en}')) then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_unit(envelope jsonb, leaf bytea, signed bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
begin
    insert into unit (body_id, code) select body_id, said ->> 'code' from body where bin = said ->> 'bin'
    on conflict do nothing;
    insert into unit_version (unit_id, version, body_id, parent_id, name_kk, name_ru, name_en, at, act)
    select u.unit_id, coalesce((select max(v.version) from unit_version v where v.unit_id = u.unit_id), 0) + 1, u.body_id,
        unit_find(said ->> 'bin', said ->> 'above'), said #>> '{name,kk}', said #>> '{name,ru}', said #>> '{name,en}',
        (envelope ->> 'at')::timestamptz, leaf
    from unit u where u.unit_id = unit_find(said ->> 'bin', said ->> 'code');
end
$$;

-- ---- people ----

-- Rights as applications, decisions and imports name them.
create type rights as (role smallint, bases text[], duties text[], until timestamptz);

-- One officer to register.
create type officer_row as (
    iin text, bin text, unit text, surname text, given text, patronymic text, "position" text, contact jsonb,
    role smallint, bases text[], duties text[], until timestamptz
);

create view person_now as
    select p.person_id, p.iin, p.body_id, b.bin, v.version, v.surname, v.given, v.patronymic, v.position, v.contact
    from person p
        join body b using (body_id)
        left join lateral (select * from person_version x where x.person_id = p.person_id
                           order by x.version desc limit 1) v on true;

-- People and their names, as rows have them; no contact leaves it as it is. Here and in officers_put() each row is looked up
-- by itself (limit keeps it so): the cost is that of the rows, whatever the planner thinks of the tables.
create function persons_put(rows jsonb, moment timestamptz, leaf bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    insert into person (iin, body_id)
    select r.iin, (select b.body_id from body b where b.bin = r.bin)
    from jsonb_populate_recordset(null::officer_row, rows) r
    on conflict do nothing;
    insert into person_version (person_id, version, surname, given, patronymic, position, contact, at, act)
    select n.person_id, coalesce(n.version, 0) + 1, r.surname, r.given, r.patronymic, r.position,
        coalesce(r.contact, n.contact), moment, leaf
    from jsonb_populate_recordset(null::officer_row, rows) r
        cross join lateral (select x.* from person_now x where x.iin = r.iin and x.bin = r.bin limit 1) n
    where (r.surname, r.given, r.patronymic, r.position, coalesce(r.contact, n.contact))
        is distinct from (n.surname, n.given, n.patronymic, n.position, n.contact);
end
$$;

-- The next version of a registration, alike but for its state.
create function registration_put(target bigint, new_state text, new_cause text, new_reason text, moment timestamptz,
                                 leaf bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into registration_version (registration_id, version, system_role, state, role, unit_id, bases, duties,
                                      granted_until, act_number, act_date, cause, reason, at, act)
    select registration_id, version + 1, system_role, new_state, role, unit_id, bases, duties, granted_until, act_number,
        act_date, new_cause, new_reason, moment, leaf
    from registration_now where registration_id = target
$$;

-- Registers officers, each with the rights of its row, and ends what each is as an officer of other bodies: old rights end the
-- moment new ones begin. A block there stays a block.
create function officers_put(rows jsonb, moment timestamptz, leaf bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    perform persons_put(rows, moment, leaf);
    insert into registration (person_id, system_role)
    select p.person_id, 'officer'
    from jsonb_populate_recordset(null::officer_row, rows) r
        cross join lateral (select x.person_id from person x join body b using (body_id)
                            where x.iin = r.iin and b.bin = r.bin limit 1) p
    on conflict do nothing;
    perform registration_put(n.registration_id, 'ended', null, 'registered in ' || r.bin, moment, leaf)
    from jsonb_populate_recordset(null::officer_row, rows) r
        cross join lateral (select x.registration_id from registration_now x
                            where x.iin = r.iin and x.bin <> r.bin and x.system_role = 'officer'
                                and x.state in ('active', 'suspended')
                            limit 1000) n;
    insert into registration_version (registration_id, version, system_role, state, role, unit_id, bases, duties,
                                      granted_until, at, act)
    select g.registration_id,
        coalesce((select v.version from registration_version v where v.registration_id = g.registration_id
                  order by v.version desc limit 1), 0) + 1,
        'officer', 'active', r.role, (select u.unit_id from unit u where u.body_id = g.body_id and u.code = r.unit),
        coalesce(r.bases, '{}'), coalesce(r.duties, '{}'), r.until, moment, leaf
    from jsonb_populate_recordset(null::officer_row, rows) r
        cross join lateral (select x.registration_id, p.body_id
                            from person p join body b using (body_id) join registration x using (person_id)
                            where p.iin = r.iin and b.bin = r.bin and x.system_role = 'officer' limit 1) g;
end
$$;

-- ---- appointments (clauses 29, 33) ----

-- The operator's body: where the first administrator was enrolled.
create function operator_bin() returns text
    language sql stable set search_path = qao, pg_temp
as $$
    select b.bin
    from registration r join person p using (person_id) join body b using (body_id)
    where r.system_role = 'administrator' order by r.registration_id limit 1
$$;

create function act_check_appointment(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator') || body_check(said ->> 'bin')
        || unit_check(said ->> 'bin', said ->> 'unit');
    old registration_now;
    who person_now;
begin
    if coalesce(said ->> 'system_role' not in ('responsible', 'administrator', 'official', 'prosecutor', 'witness'), true)
        or coalesce(said ->> 'state' not in ('active', 'ended'), true) then
        return array['act-malformed'];
    end if;
    if said ->> 'iin' = envelope ->> 'iin' then
        reasons := reasons || text 'own-act';
    end if;
    if said ->> 'system_role' in ('administrator', 'official') and said ->> 'bin' is distinct from operator_bin() then
        reasons := reasons || text 'not-competent';
    end if;
    select * into old from registration_now
    where iin = said ->> 'iin' and bin = said ->> 'bin' and system_role = said ->> 'system_role';
    select * into who from person_now where iin = said ->> 'iin' and bin = said ->> 'bin';
    if said ->> 'state' = 'ended' then
        if old.state is null then
            reasons := reasons || text 'object-unknown';
        elsif old.state = 'ended' then
            reasons := reasons || text 'already-so';
        end if;
    elsif (old.state, old.unit_id, old.act_number, old.act_date, who.surname, who.given, who.patronymic, who.position)
        is not distinct from ('active', unit_find(said ->> 'bin', said ->> 'unit'), said ->> 'act_number',
                              (said ->> 'act_date')::date, said ->> 'surname', said ->> 'given', said ->> 'patronymic',
                              said ->> 'position') then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function appointment_put(said jsonb, moment timestamptz, leaf bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    perform persons_put(jsonb_build_array(said), moment, leaf);
    insert into registration (person_id, system_role)
    select person_id, said ->> 'system_role' from person_now where iin = said ->> 'iin' and bin = said ->> 'bin'
    on conflict do nothing;
    insert into registration_version (registration_id, version, system_role, state, unit_id, act_number, act_date, at, act)
    select r.registration_id,
        coalesce((select max(v.version) from registration_version v where v.registration_id = r.registration_id), 0) + 1,
        r.system_role, said ->> 'state', unit_find(said ->> 'bin', said ->> 'unit'), said ->> 'act_number',
        (said ->> 'act_date')::date, moment, leaf
    from registration r join person_now p using (person_id)
    where p.iin = said ->> 'iin' and p.bin = said ->> 'bin' and r.system_role = said ->> 'system_role';
end
$$;

create function act_apply_appointment(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    select appointment_put(envelope -> 'act', (envelope ->> 'at')::timestamptz, leaf)
$$;

-- The first administrator, by himself, on the server: with his body, and only while there is no administrator.
create function act_check_enrolment(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := unit_check(said ->> 'bin', said ->> 'unit');
begin
    if said ->> 'system_role' is distinct from 'administrator' or said ->> 'state' is distinct from 'active' then
        return array['act-malformed'];
    end if;
    perform body_differs(said -> 'body'), body_networks_differ(said -> 'body'), (said ->> 'act_date')::date; -- their forms
    if exists (select from registration_now n
               where n.system_role = 'administrator' and n.state = 'active') then
        reasons := reasons || text 'already-so';
    end if;
    if (said ->> 'iin', said ->> 'bin', said #>> '{body,bin}')
        is distinct from (envelope ->> 'iin', envelope ->> 'bin', envelope ->> 'bin') then
        reasons := reasons || text 'form-mismatch';
    end if;
    return reasons;
end
$$;

create function act_apply_enrolment(envelope jsonb, leaf bytea, signed bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    perform body_put(envelope #> '{act,body}', (envelope ->> 'at')::timestamptz, leaf);
    perform appointment_put(envelope -> 'act', (envelope ->> 'at')::timestamptz, leaf);
end
$$;

insert into act_kind (kind, checker, applier, is_signed) values
    ('admin.body', 'act_check_body', 'act_apply_body', true),
    ('admin.unit', 'act_check_unit', 'act_apply_unit', true),
    ('admin.appointment', 'act_check_appointment', 'act_apply_appointment', true),
    ('admin.enrolment', 'act_check_enrolment', 'act_apply_enrolment', true);
