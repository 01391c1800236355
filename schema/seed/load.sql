-- Reads a seed file (README.md) from standard input. Run by qao-migrate --seed.
\set VERBOSITY terse
begin;
create temp table seed_line (number integer generated always as identity, line text) on commit drop;
-- Whole lines: neither delimiter nor quote can occur in the text.
\copy seed_line (line) from pstdin with (format csv, delimiter E'\001', quote E'\002', encoding 'UTF8')

grant all on seed_line to qao_owner;
set local role qao_owner;
set local search_path = qao, pg_temp;

do $$
declare
    shapes constant jsonb := '{
        "body": ["BIN", "code", "appendix", "networks", "name kk", "name ru", "name en"],
        "unit": ["BIN", "code", "unit above", "name kk", "name ru", "name en"],
        "agreement": ["version", "in force from", "text kk", "text ru"],
        "person": ["IIN", "BIN", "surname", "given name", "patronymic", "position"],
        "officer": ["IIN", "BIN", "unit", "role", "state", "bases", "duties", "granted until", "agreement"],
        "holder": ["IIN", "BIN", "unit", "system role", "state", "act number", "act date"]}';
    -- A field that must not be empty is in here as kind.field.
    optional constant text[] := array['body.appendix', 'body.networks', 'unit.unit above', 'person.patronymic',
        'person.position', 'officer.unit', 'officer.bases', 'officer.duties', 'officer.granted until',
        'officer.agreement', 'holder.unit'];
    patterns constant jsonb := '{
        "BIN": "^[0-9]{12}$", "IIN": "^[0-9]{12}$", "appendix": "^[4-7]$", "version": "^[1-9][0-9]{0,8}$",
        "role": "^([1-9]|1[0-5])$", "state": "^(active|blocked|suspended|ended)$", "agreement": "^[1-9][0-9]{0,8}$",
        "bases": "^(operative_search|covert_investigation|search_measures|other_duties)(,(operative_search|covert_investigation|search_measures|other_duties))*$",
        "duties": "^app[4-7][.][1-5](,app[4-7][.][1-5])*$",
        "system role": "^(responsible|administrator|official|prosecutor|witness)$",
        "act date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "in force from": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2}|Z)$",
        "granted until": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2}|Z)$"}';
    -- Of the check digit (decree 406): the second row only where the first gives 10.
    weights constant integer[] := array[[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]];
    l record;
    f text[];
    names text[];
    kind text;
    field text;
    value text;
    digit integer;
    body_number bigint;
    unit_number bigint;
    above_number bigint;
    person_number bigint;
    registration_number bigint;
    wanted record;
    changed integer := 0;
    added integer;
begin
    for l in select number, rtrim(ltrim(line, U&'\FEFF'), E'\r') as line from seed_line
             where line is not null and ltrim(line, U&'\FEFF') !~ '^\s*(#|$)'
             order by array_position(array['body', 'unit', 'agreement', 'person', 'officer', 'holder'],
                                     split_part(line, E'\t', 1)), number loop
        f := string_to_array(l.line, E'\t');
        kind := f[1];
        if not shapes ? kind then
            raise exception 'line %: unknown kind of line', l.number using errcode = 'QAO06';
        end if;
        select array_agg(n order by i) into names from jsonb_array_elements_text(shapes -> kind) with ordinality as x (n, i);
        if cardinality(f) <> cardinality(names) + 1 then
            raise exception 'line %: % has % fields after its kind, not %', l.number, kind, cardinality(names),
                cardinality(f) - 1 using errcode = 'QAO06';
        end if;
        for n in 1 .. cardinality(names) loop
            field := names[n];
            value := nullif(f[n + 1], '-');
            if (value is null and not (kind || '.' || field) = any (optional)) or value = '' then
                raise exception 'line %, field %: empty', l.number, field using errcode = 'QAO06';
            elsif value !~ (patterns ->> field) then
                raise exception 'line %, field %: not of the form that README.md gives', l.number, field using errcode = 'QAO06';
            elsif value ~ '[\u0001-\u001f\u007f]' then
                raise exception 'line %, field %: a control character', l.number, field using errcode = 'QAO06';
            elsif field in ('IIN', 'BIN') then
                for w in 1 .. 2 loop
                    select sum(weights[w][i] * substr(value, i, 1)::integer) % 11 into digit from generate_series(1, 11) i;
                    exit when digit < 10;
                end loop;
                if digit <> substr(value, 12)::integer then
                    raise exception 'line %, field %: wrong check digit', l.number, field using errcode = 'QAO06';
                end if;
            end if;
            f[n + 1] := value;
        end loop;

        begin
            -- The body every kind but agreement names.
            if kind <> 'agreement' then
                value := case when kind in ('body', 'unit') then f[2] else f[3] end;
                if kind = 'body' then
                    insert into body (bin) values (value) on conflict do nothing;
                end if;
                body_number := null;
                select body_id into body_number from body where bin = value;
                if body_number is null then
                    raise exception 'no body has this BIN' using errcode = 'QAO06';
                end if;
            end if;
            -- The unit an officer or holder is in.
            unit_number := null;
            if kind in ('officer', 'holder') and f[4] is not null then
                select unit_id into unit_number from unit where body_id = body_number and code = f[4];
                if unit_number is null then
                    raise exception 'the body has no such unit' using errcode = 'QAO06';
                end if;
            end if;

            case kind
            when 'body' then
                insert into body_version (body_id, version, code, appendix, name_kk, name_ru, name_en, source)
                select body_number, coalesce(max(version), 0) + 1, f[3], f[4]::smallint, f[6], f[7], f[8], 'seed'
                from body_version where body_id = body_number
                having not coalesce((select (code, appendix, name_kk, name_ru, name_en)
                                            is not distinct from (f[3], f[4]::smallint, f[6], f[7], f[8])
                                     from body_version where body_id = body_number order by version desc limit 1), false);
                get diagnostics added = row_count;
                changed := changed + added;
                insert into body_network (body_id, version, networks, source)
                select body_number, coalesce(max(version), 0) + 1, coalesce(string_to_array(f[5], ',')::cidr[], '{}'), 'seed'
                from body_network where body_id = body_number
                having not coalesce((select networks = coalesce(string_to_array(f[5], ',')::cidr[], '{}')
                                     from body_network where body_id = body_number order by version desc limit 1), false);
            when 'unit' then
                insert into unit (body_id, code) values (body_number, f[3]) on conflict do nothing;
                select unit_id into unit_number from unit where body_id = body_number and code = f[3];
                above_number := null;
                if f[4] is not null then
                    -- May stand further down in the file.
                    insert into unit (body_id, code) values (body_number, f[4]) on conflict do nothing;
                    select unit_id into above_number from unit where body_id = body_number and code = f[4];
                end if;
                insert into unit_version (unit_id, version, body_id, parent_id, name_kk, name_ru, name_en, source)
                select unit_number, coalesce(max(version), 0) + 1, body_number, above_number, f[5], f[6], f[7], 'seed'
                from unit_version where unit_id = unit_number
                having not coalesce((select (parent_id, name_kk, name_ru, name_en)
                                            is not distinct from (above_number, f[5], f[6], f[7])
                                     from unit_version where unit_id = unit_number order by version desc limit 1), false);
            when 'agreement' then
                for n in 4 .. 5 loop
                    -- \\ first becomes a character that no field may hold.
                    f[n] := replace(replace(replace(replace(f[n], '\\', E'\001'), '\n', E'\n'), '\t', E'\t'), E'\001', '\');
                end loop;
                if exists (select from agreement_text where version = f[2]::integer
                           and (in_force_from, kk, ru) is distinct from (f[3]::timestamptz, f[4], f[5])) then
                    raise exception 'this version of the agreement has another text' using errcode = 'QAO06';
                end if;
                insert into agreement_text (version, in_force_from, kk, ru, source)
                values (f[2]::integer, f[3]::timestamptz, f[4], f[5], 'seed') on conflict do nothing;
            when 'person' then
                insert into person (iin, body_id) values (f[2], body_number) on conflict do nothing;
                select person_id into person_number from person where iin = f[2] and body_id = body_number;
                insert into person_version (person_id, version, surname, given, patronymic, position, source)
                select person_number, coalesce(max(version), 0) + 1, f[4], f[5], f[6], f[7], 'seed'
                from person_version where person_id = person_number
                having not coalesce((select (surname, given, patronymic, position)
                                            is not distinct from (f[4], f[5], f[6], f[7])
                                     from person_version where person_id = person_number
                                     order by version desc limit 1), false);
            else
                person_number := null;
                select person_id into person_number from person where iin = f[2] and body_id = body_number;
                if person_number is null then
                    raise exception 'no person has this IIN in this body' using errcode = 'QAO06';
                end if;
                if kind = 'officer' then
                    select 'officer' as system_role, f[6] as state, f[5]::smallint as role, unit_number as unit_id,
                        coalesce(string_to_array(f[7], ','), '{}') as bases, coalesce(string_to_array(f[8], ','), '{}') as duties,
                        f[9]::timestamptz as granted_until, null::text as act_number, null::date as act_date into wanted;
                else
                    select f[5] as system_role, f[6] as state, null::smallint as role, unit_number as unit_id,
                        '{}'::text[] as bases, '{}'::text[] as duties, null::timestamptz as granted_until,
                        f[7] as act_number, f[8]::date as act_date into wanted;
                end if;
                insert into registration (person_id, system_role) values (person_number, wanted.system_role)
                on conflict do nothing;
                select registration_id into registration_number from registration
                where person_id = person_number and system_role = wanted.system_role;
                insert into registration_version (registration_id, version, system_role, state, role, unit_id, bases, duties,
                                                  granted_until, act_number, act_date, source)
                select registration_number, coalesce(max(version), 0) + 1, wanted.system_role, wanted.state, wanted.role,
                    wanted.unit_id, wanted.bases, wanted.duties, wanted.granted_until, wanted.act_number, wanted.act_date, 'seed'
                from registration_version where registration_id = registration_number
                having not coalesce((select (state, role, unit_id, bases, duties, granted_until, act_number, act_date)
                                            is not distinct from (wanted.state, wanted.role, wanted.unit_id, wanted.bases,
                                                wanted.duties, wanted.granted_until, wanted.act_number, wanted.act_date)
                                     from registration_version where registration_id = registration_number
                                     order by version desc limit 1), false);
                get diagnostics added = row_count;
                changed := changed + added;
                if kind = 'officer' and f[10] is not null then
                    if not exists (select from agreement_text where version = f[10]::integer) then
                        raise exception 'there is no such version of the agreement' using errcode = 'QAO06';
                    end if;
                    insert into agreement (person_id, text_version, signed_at, source)
                    values (person_number, f[10]::integer, now(), 'seed') on conflict do nothing;
                end if;
            end case;
        exception when others then
            raise exception 'line % (%): %', l.number, kind, sqlerrm using errcode = 'QAO06';
        end;
    end loop;
    -- A unit named only as the one above has no name.
    if exists (select from unit u where not exists (select from unit_version v where v.unit_id = u.unit_id)) then
        raise exception 'a unit is named as the one above another, but has no line of its own' using errcode = 'QAO06';
    end if;
    raise notice 'bodies and registrations that changed: %', changed;
end
$$;
commit;
