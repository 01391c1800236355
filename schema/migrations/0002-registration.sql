-- Bodies, units, people, registrations, agreements, revocation lists (clauses 10-15, 29, 33, App. 10, 11). What may change is kept
-- as versions. act is the leaf hash of the signed act in the log that made the version, source says where it came from
-- when there is none.
set local role qao_owner;
set local search_path = qao;

create table body (
    body_id bigint generated always as identity primary key,
    bin text collate "C" not null unique check (bin ~ '^[0-9]{12}$')
);
select table_seal('body');

create table body_version (
    body_id bigint not null references body,
    version integer not null,
    code text not null check (code <> ''), -- in the Committee's classifier
    appendix smallint check (appendix between 4 and 7), -- whose duties are its other duties; null: none
    name_kk text not null check (name_kk <> ''),
    name_ru text not null check (name_ru <> ''),
    name_en text not null check (name_en <> ''),
    at timestamptz not null default now(),
    act bytea check (length(act) = 32),
    source text,
    primary key (body_id, version)
);
select table_version('body_version', 'body_id');

-- The whole list of networks from which the body may connect (App. 9, R15).
create table body_network (
    body_id bigint not null references body,
    version integer not null,
    networks cidr[] not null,
    at timestamptz not null default now(),
    act bytea check (length(act) = 32),
    source text,
    primary key (body_id, version)
);
select table_version('body_network', 'body_id');

create table unit (
    unit_id bigint generated always as identity primary key,
    body_id bigint not null references body,
    code text collate "C" not null check (code <> ''),
    unique (body_id, code),
    unique (unit_id, body_id)
);
select table_seal('unit');

create table unit_version (
    unit_id bigint not null,
    version integer not null,
    body_id bigint not null,
    parent_id bigint, -- in the same body; null: directly below it
    name_kk text not null check (name_kk <> ''),
    name_ru text not null check (name_ru <> ''),
    name_en text not null check (name_en <> ''),
    at timestamptz not null default now(),
    act bytea check (length(act) = 32),
    source text,
    primary key (unit_id, version),
    foreign key (unit_id, body_id) references unit (unit_id, body_id),
    foreign key (parent_id, body_id) references unit (unit_id, body_id),
    check (parent_id <> unit_id)
);
select table_version('unit_version', 'unit_id');

-- A person is an IIN in a body: a renewed certificate changes nothing, a transfer makes another person.
create table person (
    person_id bigint generated always as identity primary key,
    iin text collate "C" not null check (iin ~ '^[0-9]{12}$'),
    body_id bigint not null references body,
    unique (iin, body_id)
);
select table_seal('person');

create table person_version (
    person_id bigint not null references person,
    version integer not null,
    surname text not null check (surname <> ''),
    given text not null check (given <> ''),
    patronymic text,
    position text,
    contact jsonb, -- telephones, e-mail, work address of App. 10
    at timestamptz not null default now(),
    act bytea check (length(act) = 32),
    source text,
    primary key (person_id, version)
);
select table_version('person_version', 'person_id');

-- One person may hold several system roles; each is a registration with versions of its own.
create table registration (
    registration_id bigint generated always as identity primary key,
    person_id bigint not null references person,
    system_role text not null
        check (system_role in ('officer', 'responsible', 'administrator', 'official', 'prosecutor', 'witness')),
    unique (person_id, system_role),
    unique (registration_id, system_role)
);
select table_seal('registration');

create table registration_version (
    registration_id bigint not null,
    version integer not null,
    system_role text not null,
    state text not null check (state in ('active', 'blocked', 'suspended', 'ended')),
    role smallint check (role between 1 and 15), -- of App. 12, read by R05; officers only
    unit_id bigint references unit,              -- null: of the body itself
    bases text[] not null default '{}',
    duties text[] not null default '{}',
    granted_until timestamptz,                   -- null: without end
    act_number text,                             -- of the appointing act (clauses 29, 33)
    act_date date,
    reason text,                                 -- of a block, suspension or end
    at timestamptz not null default now(),
    act bytea check (length(act) = 32),
    source text,
    primary key (registration_id, version),
    foreign key (registration_id, system_role) references registration (registration_id, system_role),
    check ((system_role = 'officer') = (role is not null)),
    check (system_role = 'officer' or (bases = '{}' and duties = '{}')),
    check (system_role = 'officer' or (act_number is not null and act_date is not null))
);
select table_version('registration_version', 'registration_id');

-- The gate between a change of rights and the record of a query that rests on them: records hold it shared from their
-- first statement to their commit, a change takes it alone, at its own commit. So a change that has committed is seen
-- by every later record, and one that is about to commit waits for the records that did not see it. It is taken at the
-- end so that a long import stops nobody while it runs.
create function registration_gate_key() returns bigint
    language sql immutable parallel safe
as $$ select 7119086001 $$;

-- Takes the gate alone. A record and a change hold it for milliseconds. A session that holds it for seconds is stuck or not honest,
-- and may set every timeout of its own: it is ended, so that nobody can hold up the blocking of an officer. Who holds it
-- shared is ended at once, and a transaction that holds it alone when it has for one whole attempt: the gateway's role can
-- take it so by act_apply().
create function registration_gate_take() returns void
    language plpgsql security definer set search_path = qao, pg_temp set lock_timeout = '2s'
as $$
declare
    before text[] := '{}'; -- transactions that held it alone when the attempt before failed
    held text[];
begin
    for attempt in 1..5 loop
        begin
            perform pg_advisory_xact_lock(registration_gate_key());
            return;
        exception when lock_not_available then
            -- A bigint key is its two halves, with objsubid 1.
            select array_agg(h.virtualtransaction) filter (where h.mode = 'ExclusiveLock') into held
            from (select l.virtualtransaction, l.mode,
                      case when l.mode = 'ShareLock' or l.virtualtransaction = any (before)
                           then pg_terminate_backend(l.pid) end as ended
                  from pg_locks l
                      join pg_stat_activity a using (pid)
                      join pg_roles r on r.oid = a.usesysid
                  where l.locktype = 'advisory' and l.objsubid = 1 and l.granted and l.pid <> pg_backend_pid()
                      and l.database = (select oid from pg_database where datname = current_database())
                      and (l.classid::bigint << 32 | l.objid::bigint) = registration_gate_key()
                      and not r.rolsuper
                  offset 0) h;
            before := coalesce(held, '{}');
        end;
    end loop;
    raise exception 'the gate of registrations is held by others' using errcode = 'lock_not_available';
end
$$;

create function registration_gate() returns trigger
    language plpgsql security definer set search_path = qao, pg_temp
as $$
begin
    perform registration_gate_take();
    return null;
end
$$;

create constraint trigger registration_gate after insert on registration_version
    deferrable initially deferred
    for each row execute function registration_gate();
alter table registration_version enable always trigger registration_gate;

-- Fails with QAO02, the index (from 0) of the first that is out of date as its detail, unless each version is the newest
-- of its registration; while the transaction lasts they stay so.
create function registration_confirm(registrations bigint[], versions integer[]) returns void
    language plpgsql security definer set search_path = qao, pg_temp
as $$
declare
    culprit bigint;
begin
    perform pg_advisory_xact_lock_shared(registration_gate_key());
    select c.index - 1 into culprit
    from unnest(registrations, versions) with ordinality as c (registration_id, version, index)
    where c.version is distinct from (select v.version from registration_version v
                                      where v.registration_id = c.registration_id
                                      order by v.version desc limit 1)
    order by c.index
    limit 1;
    if culprit is not null then
        raise exception 'a registration has changed' using errcode = 'QAO02', detail = culprit::text;
    end if;
end
$$;

-- Texts of the agreement of App. 11; the newest in force is the one that must be signed (clauses 14, 17).
create table agreement_text (
    version integer primary key check (version > 0),
    kk text not null,
    ru text not null,
    in_force_from timestamptz not null,
    at timestamptz not null default now(),
    act bytea check (length(act) = 32),
    source text
);
select table_seal('agreement_text');

create table agreement (
    person_id bigint not null references person,
    text_version integer not null references agreement_text,
    signed_at timestamptz not null,
    signed bytea, -- the CMS as it was received; null only where source says why there is none
    at timestamptz not null default now(),
    act bytea check (length(act) = 32),
    source text,
    primary key (person_id, text_version),
    check (signed is not null or source is not null)
);
alter table agreement alter column signed set storage external;
select table_seal('agreement');

create table crl (
    digest bytea primary key check (length(digest) = 32), -- SHA-256 of der, as leaves name it
    issuer bytea not null,
    this_update timestamptz not null,
    next_update timestamptz not null,
    der bytea not null,
    at timestamptz not null default now(),
    check (digest = sha256(der))
);
select table_seal('crl');

grant select on body, body_version, body_network, unit, unit_version, person, registration, registration_version,
    agreement_text, crl to qao_gateway, qao_reader;
grant select on person_version, agreement to qao_gateway;
grant insert on crl to qao_gateway;
grant execute on function registration_confirm(bigint[], integer[]) to qao_gateway;
