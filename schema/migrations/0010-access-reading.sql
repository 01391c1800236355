-- What may be read of the register and of how it changes, and by whom.
set local role qao_owner;
set local search_path = qao;

-- The place to go on from: the number of the last item of the page before.
create function read_after(filter jsonb) returns bigint
    language sql immutable set search_path = qao, pg_temp
as $$
    select coalesce((filter ->> 'after')::bigint, 0)
$$;

-- A state as it is at that moment: a grant ends on its date.
create function state_at(state text, granted_until timestamptz, moment timestamptz) returns text
    language sql immutable set search_path = qao, pg_temp
as $$
    select case when state = 'active' and granted_until <= moment then 'ended' else state end
$$;

create function base64_text(content bytea) returns text
    language sql immutable set search_path = qao, pg_temp
as $$
    select replace(encode(content, 'base64'), E'\n', '')
$$;

create function body_item(wanted bigint) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object('bin', b.bin, 'code', b.code, 'appendix', b.appendix, 'name',
                              jsonb_build_object('kk', b.name_kk, 'ru', b.name_ru, 'en', b.name_en), 'version', b.version,
                              'networks', coalesce(to_jsonb(b.networks), '[]'))
    from body_now b where b.body_id = wanted
$$;

create function read_bodies(reader jsonb, filter jsonb) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object(
        'items', coalesce(jsonb_agg(
            case when b.bin = reader ->> 'bin' or o.whole then body_item(b.body_id) else body_item(b.body_id) - 'networks' end
            order by b.body_id), '[]'),
        'next', case when count(*) = read_limit(filter) then max(b.body_id)::text end)
    from (select act_holds(reader, 'administrator', 'official') as whole offset 0) o,
         (select body_id, bin from body
          where body_id > read_after(filter) and (filter ->> 'bin' is null or bin = filter ->> 'bin')
          order by body_id limit read_limit(filter)) b
$$;

create function read_units(reader jsonb, filter jsonb) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object(
        'items', coalesce(jsonb_agg(jsonb_build_object(
            'bin', u.bin, 'code', u.code, 'above', u.above, 'version', u.version,
            'name', jsonb_build_object('kk', u.name_kk, 'ru', u.name_ru, 'en', u.name_en)) order by u.unit_id), '[]'),
        'next', case when count(*) = read_limit(filter) then max(u.unit_id)::text end)
    from (select * from unit_now n
          where n.unit_id > read_after(filter) and (filter ->> 'bin' is null or n.bin = filter ->> 'bin')
          order by n.unit_id limit read_limit(filter)) u
$$;

create function registration_item(r registration_now, moment timestamptz) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object(
        'registration', r.registration_id, 'version', r.version, 'iin', r.iin, 'bin', r.bin,
        'unit', (select u.code from unit u where u.unit_id = r.unit_id), 'surname', p.surname, 'given', p.given,
        'patronymic', p.patronymic, 'position', p.position, 'system_role', r.system_role, 'role', r.role,
        'state', state_at(r.state, r.granted_until, moment), 'bases', r.bases, 'duties', r.duties,
        'until', time_text(r.granted_until), 'act_number', r.act_number, 'act_date', r.act_date, 'at', time_text(r.at),
        'cause', r.cause, 'reason', r.reason)
    from person_now p where p.person_id = r.person_id
$$;

-- Whether the reader is shown registrations of this one: the operator all, a responsible official the officers within reach.
create function registration_shown(reader jsonb, whole boolean, units bigint[], r registration_now) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select whole
        or r.bin = reader ->> 'bin' and r.system_role = 'officer' and (units is null or coalesce(r.unit_id = any (units), false))
$$;

-- The operator sees all, a responsible official the officers within reach, as registration_shown() has it. Planned for each
-- call: the plan is that of the filters given.
create function read_registrations(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp set plan_cache_mode = 'force_custom_plan'
as $$
declare
    whole boolean := act_holds(reader, 'administrator', 'official');
    units bigint[] := act_units(reader);
    moment timestamptz := reader ->> 'at';
    page integer := read_limit(filter);
    place bigint := read_after(filter);
    -- What finds the registrations by an index; lists that hold at least those that are looked for.
    in_bin text := case when whole then filter ->> 'bin' else reader ->> 'bin' end;
    stopped bigint[];
    named text := lower(filter ->> 'name');
    people bigint[];
begin
    if not whole and not act_holds(reader, 'responsible') then
        return null;
    end if;
    if filter ->> 'state' in ('blocked', 'suspended') then
        stopped := array(select x.registration_id from registration_version x
                         where x.state = filter ->> 'state' and x.state in ('blocked', 'suspended'));
    end if;
    if named is not null then
        people := array(select x.person_id from person_version x
                        where lower(x.surname) like regexp_replace(named, '([\\%_])', '\\\1', 'g') || '%');
    end if;
    return (
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(registration_item(n, moment) order by n.registration_id), '[]'),
            'next', case when count(*) = page then max(n.registration_id)::text end)
        from (select r.* from registration_now r
              where r.registration_id > place
                  and (whole or r.system_role = 'officer' and (units is null or coalesce(r.unit_id = any (units), false)))
                  and (in_bin is null or r.bin = in_bin)
                  and (filter ->> 'bin' is null or r.bin = filter ->> 'bin')
                  and (filter ->> 'iin' is null or r.iin = filter ->> 'iin')
                  and (stopped is null or r.registration_id = any (stopped))
                  and (filter ->> 'state' is null
                       or filter ->> 'state' = case when r.state = 'active' and r.granted_until <= moment then 'ended'
                                               else r.state end)
                  and (filter ->> 'unit' is null
                       or exists (select from unit u where u.unit_id = r.unit_id and u.code = filter ->> 'unit'))
                  and (filter ->> 'system_role' is null or r.system_role = filter ->> 'system_role')
                  and (filter ->> 'role' is null or r.role = (filter ->> 'role')::smallint)
                  and (people is null
                       or r.person_id = any (people)
                           and starts_with(lower((select p.surname from person_version p where p.person_id = r.person_id
                                                  order by p.version desc limit 1)), named))
              order by r.registration_id limit page) n);
end
$$;

create function read_registration(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    wanted registration_now;
begin
    select * into wanted from registration_now where registration_id = (filter ->> 'registration')::bigint;
    if not found or wanted.iin <> reader ->> 'iin'
        and not (act_holds(reader, 'administrator', 'official', 'responsible')
                 and registration_shown(reader, act_holds(reader, 'administrator', 'official'), act_units(reader), wanted)) then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(registration_item(row(wanted.person_id, wanted.iin, wanted.body_id, wanted.bin, v.*)
                                                          ::registration_now, (reader ->> 'at')::timestamptz)
                                        order by v.version desc), '[]'),
            'next', case when count(*) = read_limit(filter) then min(v.version)::text end)
        from (select * from registration_version x
              where x.registration_id = wanted.registration_id
                  and x.version < coalesce(nullif(read_after(filter), 0), 2147483648)
              order by x.version desc limit read_limit(filter)) v);
end
$$;

create function application_item(a application_now, moment timestamptz) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object(
        'application', a.application_id, 'kind', a.kind, 'state', a.state, 'iin', a.iin, 'bin', a.bin,
        'filed_at', time_text(a.filed_at), 'due_at', time_text(a.due_at),
        'overdue', a.state = 'filed' and a.due_at <= moment,
        'left_s', case when a.state = 'filed' then floor(extract(epoch from a.due_at - moment))::bigint end,
        'decided_at', case when a.state <> 'filed' then time_text(a.changed_at) end)
$$;

-- The operator all, a responsible official those within reach, everyone his own.
create function application_shown(reader jsonb, whole boolean, responsible boolean, units bigint[], a application_now)
    returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select whole or a.iin = reader ->> 'iin'
        or responsible and a.bin = reader ->> 'bin' and (units is null or coalesce(a.unit_id = any (units), false))
$$;

create function read_applications(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    whole boolean := act_holds(reader, 'administrator', 'official');
    responsible boolean := act_holds(reader, 'responsible');
    units bigint[] := act_units(reader);
    moment timestamptz := reader ->> 'at';
    page integer := read_limit(filter);
begin
    return (
        select jsonb_build_object('items', coalesce(jsonb_agg(application_item(n, moment) order by n.number), '[]'),
                                  'next', case when count(*) = page then max(n.number)::text end)
        from (select a.* from application_now a
              where a.number > read_after(filter)
                  and (whole or responsible
                       or a.person_id in (select p.person_id from person p where p.iin = reader ->> 'iin'))
                  and application_shown(reader, whole, responsible, units, a)
                  and (filter ->> 'state' is null or a.state = filter ->> 'state')
                  and (filter ->> 'kind' is null or a.kind = filter ->> 'kind')
                  and (filter ->> 'bin' is null or a.bin = filter ->> 'bin')
                  and (filter ->> 'iin' is null or a.iin = filter ->> 'iin')
                  and (filter ->> 'overdue' is distinct from 'true' or a.state = 'filed' and a.due_at <= moment)
              order by a.number limit page) n);
end
$$;

-- Names of the first list that are not in the second.
create function names_without(names jsonb, others jsonb) returns jsonb
    language sql immutable set search_path = qao, pg_temp
as $$
    select coalesce(jsonb_agg(n.name order by n.place), '[]')
    from jsonb_array_elements_text(coalesce(names, '[]')) with ordinality as n (name, place)
    where not coalesce(others, '[]') ? n.name
$$;

-- All of one application. difference compares what is asked for with what the applicant may do now. Which bases and duties
-- are allowed is policy's to say.
-- All of one application. difference compares what is asked for with what the applicant may do now. Which bases and duties
-- are allowed is policy's to say. What the applicant is in other bodies is shown to himself and the operator, who decides; a
-- responsible official is shown his own body.
create function read_application(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    wanted application_now;
    whole boolean := act_holds(reader, 'administrator', 'official');
    beyond boolean;
    moment timestamptz := reader ->> 'at';
    has jsonb;
    held jsonb := '[]';
    asked jsonb;
begin
    select * into wanted from application_now where application_id = (filter ->> 'application')::uuid;
    if not found or not application_shown(reader, whole, act_holds(reader, 'responsible'), act_units(reader), wanted) then
        return null;
    end if;
    beyond := whole or wanted.iin = reader ->> 'iin';
    -- In this body, or where he is an officer now.
    select jsonb_build_object('bin', n.bin, 'unit', (select u.code from unit u where u.unit_id = n.unit_id), 'role', n.role,
                              'bases', n.bases, 'duties', n.duties, 'until', time_text(n.granted_until),
                              'state', state_at(n.state, n.granted_until, moment), 'version', n.version)
        into has
    from registration_now n
    where n.iin = wanted.iin and n.system_role = 'officer'
        and (n.bin = wanted.bin or beyond and state_at(n.state, n.granted_until, moment) = 'active')
    order by state_at(n.state, n.granted_until, moment) = 'active' desc, n.bin = wanted.bin desc limit 1;
    if has ->> 'state' = 'active' then
        held := (has -> 'bases') || (has -> 'duties');
    end if;
    asked := (wanted.rights -> 'bases') || coalesce(nullif(wanted.rights -> 'duties', 'null'), '[]');
    return jsonb_build_object('next', null, 'items', jsonb_build_array(
        application_item(wanted, moment)
        || jsonb_build_object(
            'form', wanted.form, 'statements', wanted.statements, 'rights', wanted.rights, 'has', has,
            'blocked_in', (
                select coalesce(jsonb_agg(jsonb_build_object('bin', n.bin, 'state', n.state, 'cause', n.cause,
                                                             'reason', n.reason, 'at', time_text(n.at)) order by n.at), '[]')
                from registration_now n
                where beyond and n.iin = wanted.iin and n.bin <> wanted.bin and n.system_role = 'officer'
                    and n.state in ('blocked', 'suspended')),
            'difference', case when asked is not null then
                jsonb_build_object('adds', names_without(asked, held), 'removes', names_without(held, asked)) end,
            'scan', wanted.scan, 'digest', encode(wanted.digest, 'hex'),
            'signed', (select base64_text(a.signed) from act a where a.leaf = wanted.act),
            'decision', (select jsonb_build_object('outcome', wanted.state, 'reason', wanted.reason, 'rights', wanted.granted,
                                                   'at', time_text(wanted.changed_at), 'iin', wanted.by_iin,
                                                   'signed', base64_text(a.signed))
                         from act a where a.leaf = wanted.changed_act and a.kind = 'admin.decision'),
            'versions', (select jsonb_agg(jsonb_build_object(
                             'version', v.version, 'state', v.state, 'at', time_text(v.at), 'iin', v.iin, 'reason', v.reason,
                             'rights', v.rights, 'act', a.id) order by v.version)
                         from application_version v join act a on a.leaf = v.act
                         where v.application_id = wanted.application_id))));
end
$$;

create function read_agreement(reader jsonb, filter jsonb) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object('next', null, 'items', coalesce(jsonb_agg(jsonb_build_object(
        'version', t.version, 'in_force_from', time_text(t.in_force_from), 'kk', t.kk, 'ru', t.ru,
        'sha256', jsonb_build_object('kk', encode(sha256(convert_to(t.kk, 'UTF8')), 'hex'),
                                     'ru', encode(sha256(convert_to(t.ru, 'UTF8')), 'hex')))), '[]'))
    from agreement_text t
    where t.version = coalesce((filter ->> 'version')::integer, agreement_in_force((reader ->> 'at')::timestamptz))
$$;

-- At most 100 on a page: each holds a whole text. The place is person and version.
create function read_agreements(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    whole boolean := act_holds(reader, 'administrator', 'official');
    page integer := least(100, read_limit(filter));
    place bigint[] := string_to_array(coalesce(filter ->> 'after', '0.0'), '.')::bigint[];
begin
    if cardinality(place) <> 2 then
        raise exception 'a place is person.version' using errcode = '22023';
    end if;
    return (
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(jsonb_build_object(
                'iin', n.iin, 'bin', n.bin, 'version', n.text_version, 'language', n.language,
                'signed_at', time_text(n.signed_at), 'signed', base64_text(n.signed),
                'act', (select a.id from act a where a.leaf = n.act)) order by n.person_id, n.text_version), '[]'),
            'next', case when count(*) = page
                         then (array_agg(n.person_id || '.' || n.text_version
                                         order by n.person_id desc, n.text_version desc))[1] end)
        from (select g.*, p.iin, b.bin
              from agreement g join person p using (person_id) join body b using (body_id)
              where (g.person_id, g.text_version) > (place[1], place[2])
                  and (whole or p.iin = reader ->> 'iin')
                  and (filter ->> 'iin' is null or p.iin = filter ->> 'iin')
                  and (filter ->> 'bin' is null or b.bin = filter ->> 'bin')
                  and (filter ->> 'version' is null or g.text_version = (filter ->> 'version')::integer)
              order by g.person_id, g.text_version limit page) n);
end
$$;

create function read_absences(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    whole boolean := act_holds(reader, 'administrator', 'official');
    units bigint[] := act_units(reader);
    page integer := read_limit(filter);
begin
    if not whole and not act_holds(reader, 'responsible') then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(jsonb_build_object(
                'iin', n.iin, 'bin', n.bin, 'unit', (select u.code from unit u where u.unit_id = n.unit_id),
                'last_entry_at', time_text(n.last_entry_at), 'suspends_at', time_text(n.suspends_at))
                order by n.registration_id), '[]'),
            'next', case when count(*) = page then max(n.registration_id)::text end)
        from (select * from absent_since(absence_limit((reader ->> 'at')::timestamptz),
                                         case when whole then filter ->> 'bin' else reader ->> 'bin' end, null,
                                         read_after(filter)) s
              where (filter ->> 'bin' is null or s.bin = filter ->> 'bin')
                  and (whole or units is null or s.unit_id = any (units))
              order by s.registration_id limit page) n);
end
$$;

create function read_imports(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    page integer := read_limit(filter);
begin
    if not act_holds(reader, 'administrator') then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(jsonb_build_object(
                'import', n.import_id, 'rows', n.rows, 'done', n.done, 'state', n.state, 'at', time_text(n.at), 'by', n.iin)
                order by n.number), '[]'),
            'next', case when count(*) = page then max(n.number)::text end)
        from (select * from import_now i
              where i.number > read_after(filter)
                  and (filter ->> 'import' is null or i.import_id = (filter ->> 'import')::uuid)
              order by i.number limit page) n);
end
$$;

-- What stands at the beginning of a person's own page.
create function read_me(reader jsonb, filter jsonb) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object('next', null, 'items', jsonb_build_array(jsonb_build_object(
        'iin', reader ->> 'iin', 'bin', reader ->> 'bin',
        'body', (select body_item(body_id) - 'networks' from body where bin = reader ->> 'bin'),
        'registrations', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'registration', n.registration_id, 'system_role', n.system_role,
                'state', state_at(n.state, n.granted_until, (reader ->> 'at')::timestamptz), 'role', n.role,
                'unit', (select u.code from unit u where u.unit_id = n.unit_id), 'bases', n.bases, 'duties', n.duties,
                'until', time_text(n.granted_until), 'version', n.version) order by n.registration_id), '[]')
            from registration_now n where n.iin = reader ->> 'iin' and n.bin = reader ->> 'bin'),
        'agreement', (
            select jsonb_build_object('version', g.text_version, 'signed_at', time_text(g.signed_at),
                                      'in_force', agreement_in_force((reader ->> 'at')::timestamptz))
            from (values (1)) as one (x)
                left join lateral (select a.text_version, a.signed_at
                                   from agreement a join person_now p using (person_id)
                                   where p.iin = reader ->> 'iin' and p.bin = reader ->> 'bin'
                                   order by a.text_version = agreement_in_force((reader ->> 'at')::timestamptz) desc,
                                       a.text_version desc limit 1) g on true),
        'applications', (
            select coalesce(jsonb_agg(application_item(a, (reader ->> 'at')::timestamptz) order by a.number), '[]')
            from application_now a
            where a.person_id in (select p.person_id from person p where p.iin = reader ->> 'iin') and a.state = 'filed'),
        'contacts', read('contacts', reader, '{}') -> 'items' -> 0,
        'announcements', coalesce(read('announcements', reader, '{}') -> 'items', '[]'))))
$$;

-- The scan of an application, for its applicant and the administrator: where it lies sealed.
create function scan_find(reader jsonb, wanted uuid)
    returns table (digest bytea, type text, bytes integer, large_id bigint)
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select u.digest, u.type, u.bytes, u.large_id
    from application_now a
        join upload u on u.iin = a.iin and u.digest = decode(a.scan ->> 'sha256', 'hex') and u.type = a.scan ->> 'type'
    where a.application_id = wanted and reader_own(reader)
        and (a.iin = reader ->> 'iin' or act_holds(reader, 'administrator'))
$$;

insert into reading (collection, reader, before_agreement) values
    ('me', 'read_me', true),
    ('agreement', 'read_agreement', true),
    ('agreements', 'read_agreements', true),
    ('applications', 'read_applications', true),
    ('application', 'read_application', true),
    ('bodies', 'read_bodies', false),
    ('units', 'read_units', false),
    ('registrations', 'read_registrations', false),
    ('registration', 'read_registration', false),
    ('absences', 'read_absences', false),
    ('imports', 'read_imports', false);

grant execute on function scan_find(jsonb, uuid) to qao_gateway;
