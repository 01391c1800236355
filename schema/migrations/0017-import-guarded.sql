-- Between the check of an import's rows and its record nobody is registered; and an import that cannot go on, or should not,
-- is ended by an act: until then all other registrations wait for it. Functions of 0009 and 0010 as they stand there, but for that.
set local role qao_owner;
set local search_path = qao;

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

-- Ended before it was done: what is registered stays registered.
create table import_end (
    import_id uuid primary key references import,
    reason text not null check (reason <> ''),
    iin text collate "C" not null,
    at timestamptz not null,
    act bytea not null references act (leaf)
);
select table_seal('import_end');

create or replace view import_now as
    select i.*, p.done, p.parts_done,
        case when p.done >= i.rows then 'done' when e.import_id is not null then 'ended' else 'running' end as state
    from import i
        cross join lateral (select coalesce(sum(x.rows), 0) as done, count(*) as parts_done
                            from import_part x where x.import_id = i.import_id) p
        left join import_end e using (import_id);

create or replace function import_runs() returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select exists (select from import_now where state = 'running')
$$;

create or replace function act_check_import(envelope jsonb) returns text[]
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

create or replace function act_check_import_part(envelope jsonb) returns text[]
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

create or replace function import_unfinished() returns jsonb
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select jsonb_build_object('import', i.import_id, 'iin', i.iin, 'bin', a.bin, 'rows', i.rows, 'done', i.done,
                              'parts_done', i.parts_done, 'parts', i.parts, 'at', time_text(i.at))
    from import_now i join act a on a.leaf = i.act
    where i.state = 'running' order by i.number limit 1
$$;

create or replace function read_imports(reader jsonb, filter jsonb) returns jsonb
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

insert into act_kind (kind, checker, applier, is_signed) values
    ('admin.import_end', 'act_check_import_end', 'act_apply_import_end', true);
grant select on import_end to qao_reader;
grant execute on function import_mark() to qao_gateway;
