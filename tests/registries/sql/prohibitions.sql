-- Service 57: prohibition on real estate, by cadastral number. An act: done once for each query id, however often it is
-- called. Region 99 does not exist.
create table registry.object (
    cadastre text primary key,
    kind jsonb not null
);

-- What was done stays, whatever becomes of the rest: it is in a schema that is not made anew.
create table if not exists acts.prohibition (
    number bigint generated always as identity primary key,
    query uuid not null unique,
    cadastre text not null,
    imposed_at timestamptz not null default now()
);

-- What was done for a query: one row, or none.
create function registry.settle(asked_query uuid)
returns table (cadastre text, object jsonb, prohibition_number text, imposed_at timestamptz, state text)
language sql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'Asia/Almaty' as $$
    select p.cadastre, o.kind, 'ТС-' || lpad(p.number::text, 8, '0'), p.imposed_at, 'imposed'
    from acts.prohibition p join registry.object o using (cadastre)
    where p.query = asked_query
$$;

-- The unique index makes the second of two calls wait for the first to commit; it then finds the first's row. A query
-- that comes back with another object is a mistake that must not look like success.
create function registry.impose(asked_query uuid, asked_cadastre text)
returns table (cadastre text, object jsonb, prohibition_number text, imposed_at timestamptz, state text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'Asia/Almaty' as $$
#variable_conflict use_column
begin
    insert into acts.prohibition (query, cadastre)
    select asked_query, o.cadastre from registry.object o where o.cadastre = asked_cadastre
    on conflict (query) do nothing;
    if exists (select from acts.prohibition p where p.query = asked_query and p.cadastre <> asked_cadastre) then
        raise exception 'this query has imposed a prohibition on another object' using errcode = '22023';
    end if;
    return query select * from registry.settle(asked_query);
end
$$;

grant execute on function registry.impose(uuid, text), registry.settle(uuid) to :role;
