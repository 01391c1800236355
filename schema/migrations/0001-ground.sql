-- Roles, the schema, and what makes a table one that is only ever added to.
--
-- qao_owner   owns everything and cannot log in; migrations act as it
-- qao_gateway adds to the log and reads what deciding needs
-- qao_reader  reads, for verification and reports

do $$
declare
    wanted text;
begin
    foreach wanted in array array['qao_owner', 'qao_gateway', 'qao_reader'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I', wanted);
        end if;
    end loop;
end
$$;
alter role qao_owner nologin nosuperuser nocreatedb nocreaterole;
alter role qao_gateway login nosuperuser nocreatedb nocreaterole password null;
alter role qao_reader login nosuperuser nocreatedb nocreaterole password null;

do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to qao_gateway, qao_reader', current_database());
end
$$;
revoke all on schema public from public;

-- The cluster is the gateway's own (OPERATIONS): nobody but a superuser has anything to do in the databases it came with,
-- where everyone may connect, make temporary tables and large objects, and so fill the disk that the log is on.
do $$
declare
    target name;
begin
    for target in select datname from pg_database where datname in ('postgres', 'template1') loop
        execute format('revoke connect, temporary on database %I from public', target);
    end loop;
end
$$;

-- Everyone who may connect could make large objects, hold the advisory locks by which the writer and changes of rights take turns, fill the
-- write-ahead log, and so stop the log for ever. Only the owner's functions use these, each with a key of its own; nobody
-- uses large objects (lo_..., loread, lowrite).
do $$
declare
    target regprocedure;
begin
    for target in
        select oid from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace
            and (proname ~ '^(pg_(try_)?advisory_|lo_|loread$|lowrite$)' or proname = 'pg_logical_emit_message')
    loop
        execute format('revoke execute on function %s from public', target);
    end loop;
end
$$;
grant execute on function pg_advisory_lock(integer, integer), pg_advisory_xact_lock(integer, integer),
    pg_advisory_xact_lock(bigint), pg_advisory_xact_lock_shared(bigint), pg_logical_emit_message(boolean, text, text)
    to qao_owner;
grant pg_signal_backend to qao_owner; -- registration_gate_take() ends sessions that hold up a change of rights

create schema qao authorization qao_owner;
grant usage on schema qao to qao_gateway, qao_reader;
set local role qao_owner;
set local search_path = qao;

-- Functions are executable by everyone unless this is said first.
alter default privileges for role qao_owner revoke execute on functions from public;

create table migration (
    number integer primary key,
    name text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    at timestamptz not null default now()
);

-- Rights are the first barrier and this is the second: it also stops the owner, and replication's session role.
create function refuse_change() returns trigger
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    raise exception '% of %.% is refused: it is only ever added to', tg_op, tg_table_schema, tg_table_name
        using errcode = 'QAO01';
end
$$;

-- Makes a table append-only.
create function table_seal(target regclass) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    execute format('create trigger refuse_change before update or delete or truncate on %s
                    for each statement execute function qao.refuse_change()', target);
    execute format('alter table %s enable always trigger refuse_change', target);
end
$$;

-- The next version of what the key column names: versions count from 1 without a gap, so that two who change one thing
-- at once cannot both win. What an import adds by the thousand is asked by statements that are planned once.
create function version_follows() returns trigger
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    key_column text := tg_argv[0];
    newest integer;
begin
    if tg_table_name = 'registration_version' then
        select v.version into newest from registration_version v where v.registration_id = new.registration_id
        order by v.version desc limit 1;
    elsif tg_table_name = 'person_version' then
        select v.version into newest from person_version v where v.person_id = new.person_id
        order by v.version desc limit 1;
    else
        execute format('select max(version) from %I.%I where %I = $1.%I', tg_table_schema, tg_table_name, key_column,
                       key_column)
            using new into newest;
    end if;
    if new.version is distinct from coalesce(newest, 0) + 1 then
        raise exception 'version % of %.% does not follow version %', new.version, tg_table_name, key_column,
            coalesce(newest, 0)
            using errcode = 'QAO04';
    end if;
    return new;
end
$$;

-- Makes a table one of versions.
create function table_version(target regclass, key_column text) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    execute format('create trigger version_follows before insert on %s
                    for each row execute function qao.version_follows(%L)', target, key_column);
    execute format('alter table %s enable always trigger version_follows', target);
    perform table_seal(target);
end
$$;

select table_seal('migration');
grant select on migration to qao_gateway, qao_reader;
