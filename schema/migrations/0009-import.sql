-- Officers registered by the list: an import, its parts, and its end. Between the check of its rows and its record nobody is
-- registered.
set local role qao_owner;
set local search_path = qao;

create table import (
    import_id uuid primary key, -- the act's id
    number bigint generated always as identity unique,
    rows integer not null check (rows > 0),
    source text not null,
    parts jsonb not null, -- the uploads, in order
    iin text collate "C" not null,
    at timestamptz not null,
    act bytea not null references act (leaf)
);
select table_seal('import');

create table import_part (
    import_id uuid not null references import,
    part integer not null check (part > 0),
    rows integer not null check (rows between 1 and 500),
    at timestamptz not null,
    act bytea not null references act (leaf),
    primary key (import_id, part)
);
select table_seal('import_part');

-- Ended before it was done: what is registered stays registered.
create table import_end (
    import_id uuid primary key references import,
    reason text not null check (reason <> ''),
    iin text collate "C" not null,
    at timestamptz not null,
    act bytea not null references act (leaf)
);
select table_seal('import_end');

create view import_now as
    select i.*, p.done, p.parts_done,
        case when p.done >= i.rows then 'done' when e.import_id is not null then 'ended' else 'running' end as state
    from import i
        cross join lateral (select coalesce(sum(x.rows), 0) as done, count(*) as parts_done
                            from import_part x where x.import_id = i.import_id) p
        left join import_end e using (import_id);

create function import_runs() returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select exists (select from import_now where state = 'running')
$$;

-- What makes rows that were right wrong: an officer registered, a body changed.
create index act_rows on act (log_id, seq)
    where kind in ('admin.body', 'admin.import_part')
        or kind = 'admin.decision' and envelope #>> '{act,outcome}' = 'registered';

-- The newest of these in each log. The rows of an import are checked after it was read, and it is part of the envelope: an
-- import of which it has changed since is refused, and its rows are checked again.
create function import_mark() returns text
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select coalesce(string_agg(m.log_id || '.' || m.seq, ' ' order by m.log_id), '')
    from (select a.log_id, max(a.seq) as seq from act a
          where a.kind in ('admin.body', 'admin.import_part')
              or a.kind = 'admin.decision' and a.envelope #>> '{act,outcome}' = 'registered'
          group by a.log_id) m
$$;

create function act_check_import(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator');
begin
    if envelope #>> '{extra,mark}' is null then
        return array['act-malformed'];
    end if;
    if coalesce((said ->> 'rows')::integer < 1, true) or coalesce(jsonb_array_length(said -> 'parts') = 0, true) then
        reasons := reasons || text 'form-incomplete';
    end if;
    if exists (select from jsonb_to_recordset(said -> 'parts') as p (sha256 text, bytes integer)
               where not exists (select from upload_find(envelope ->> 'iin', decode(p.sha256, 'hex'), 'application/json') u
                                 where u.bytes = p.bytes)) then
        reasons := reasons || text 'scan-missing';
    end if;
    if import_runs() or envelope #>> '{extra,mark}' <> import_mark() then
        reasons := reasons || text 'import-running';
    end if;
    return reasons;
end
$$;

create function act_apply_import(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into import (import_id, rows, source, parts, iin, at, act)
    values ((envelope ->> 'id')::uuid, (envelope #>> '{act,rows}')::integer, envelope #>> '{act,source}',
            envelope #> '{act,parts}', envelope ->> 'iin', (envelope ->> 'at')::timestamptz, leaf)
$$;

-- What the register has against rows of an import by that person: [{"row" (from 0), "column", "code"}], at most 100. Each row has
-- a member appendix, that of its role by policy, or null.
create function import_check(importer jsonb, rows jsonb) returns jsonb
    language sql stable security definer set search_path = qao, pg_temp
as $$
    with r as (
        select row - 1 as row, w.*, j -> 'appendix' as appendix, j ? 'appendix' as told
        from jsonb_array_elements(rows) with ordinality as a (j, row)
            cross join lateral jsonb_populate_record(null::officer_row, j) w
    ), fault as (
        select r.row, 1 as place, 'iin' as "column", 'own-act' as code from r where r.iin = importer ->> 'iin'
        union all
        select r.row, 1, 'iin', 'already-so'
        from r
            cross join lateral (select from registration_now n
                                where n.iin = r.iin and n.system_role = 'officer' and n.state <> 'ended' limit 1) n
        union all
        select d.row, 1, 'iin', 'already-so' -- twice in these rows
        from (select r.row, row_number() over (partition by r.iin order by r.row) as nth from r) d
        where d.nth > 1
        union all
        select r.row, 2, 'bin', 'body-unknown' from r where not exists (select from body b where b.bin = r.bin)
        union all
        select r.row, 3, 'unit', 'unit-unknown' from r where r.unit is not null and unit_find(r.bin, r.unit) is null
        union all
        select r.row, 4, 'role', 'role-not-of-body'
        from r join body_now b using (bin)
        where not r.told or (r.appendix #>> '{}')::smallint is distinct from b.appendix
        union all
        select r.row, 5, 'bases', 'form-incomplete' from r where cardinality(coalesce(r.bases, '{}')) = 0
        union all
        select r.row, 6, 'until', 'period-wrong' from r where r.until <= (importer ->> 'at')::timestamptz
    )
    select coalesce(jsonb_agg(jsonb_build_object('row', row, 'column', "column", 'code', code) order by row, place), '[]')
    from (select distinct * from fault order by row, place limit 100) f
$$;

-- act {"import", "part"}: parts follow one another from 1; extra.rows are its rows, which import_check has passed.
create function act_check_import_part(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    named import_now;
    rows jsonb := envelope #> '{extra,rows}';
    part integer := envelope #>> '{act,part}';
begin
    if coalesce(jsonb_array_length(rows) not between 1 and 500, true) or part is null then
        return array['act-malformed'];
    end if;
    select * into named from import_now where import_id = (envelope #>> '{act,import}')::uuid;
    if named.import_id is null then
        return array['object-unknown'];
    elsif part <= named.parts_done or named.state = 'ended' then
        return array['already-so'];
    elsif part > named.parts_done + 1 or named.done + jsonb_array_length(rows) > named.rows then
        return array['import-wrong'];
    end if;
    return '{}';
end
$$;

create function act_apply_import_part(envelope jsonb, leaf bytea, signed bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    perform officers_put(envelope #> '{extra,rows}', (envelope ->> 'at')::timestamptz, leaf);
    insert into import_part (import_id, part, rows, at, act)
    values ((envelope #>> '{act,import}')::uuid, (envelope #>> '{act,part}')::integer,
            jsonb_array_length(envelope #> '{extra,rows}'), (envelope ->> 'at')::timestamptz, leaf);
end
$$;

-- An import that cannot go on, or should not, is ended by an act: until then all other registrations wait for it.
create function act_check_import_end(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator');
    named import_now;
begin
    if coalesce(said ->> 'reason', '') = '' then
        reasons := reasons || text 'form-incomplete';
    end if;
    select * into named from import_now where import_id = (said ->> 'import')::uuid;
    if not found then
        reasons := reasons || text 'object-unknown';
    elsif named.state <> 'running' then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_import_end(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into import_end (import_id, reason, iin, at, act)
    values ((envelope #>> '{act,import}')::uuid, envelope #>> '{act,reason}', envelope ->> 'iin',
            (envelope ->> 'at')::timestamptz, leaf)
$$;

-- The import that is not done yet, to go on with: {"import", "iin", "bin", "rows", "done", "parts_done", "parts"}; null when there is none.
create function import_unfinished() returns jsonb
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select jsonb_build_object('import', i.import_id, 'iin', i.iin, 'bin', a.bin, 'rows', i.rows, 'done', i.done,
                              'parts_done', i.parts_done, 'parts', i.parts, 'at', time_text(i.at))
    from import_now i join act a on a.leaf = i.act
    where i.state = 'running' order by i.number limit 1
$$;

insert into act_kind (kind, checker, applier, is_signed) values
    ('admin.import', 'act_check_import', 'act_apply_import', true),
    ('admin.import_part', 'act_check_import_part', 'act_apply_import_part', false),
    ('admin.import_end', 'act_check_import_end', 'act_apply_import_end', true);

grant select on import, import_part, import_end to qao_reader;
grant execute on function import_check(jsonb, jsonb), import_unfinished(), import_mark() to qao_gateway;
