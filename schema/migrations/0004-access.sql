-- How a person comes to an access right, keeps it and loses it (clauses 10-15, 29, 33, 34, 46). Every change of the register is an
-- act: it has an entry of the log, and changes the register in the entry's own transaction. The rules that need the register
-- are here, each once: told of before (act_check), and decided under the gate (act_apply).
--
-- An envelope is what the gateway made of a signed message it has verified:
--   kind "admin.block", type "qao.block/1", id, iin and bin of the signer, peer (address or null), at (arrival), digest (SHA-256 of
--   the message, hex), act (as in the message), extra (what policy worked out). What the gateway does by itself has no
--   signer: iin, bin and id are null. A reader is iin, bin, peer, at.
set local role qao_owner;
set local search_path = qao;

-- ---- acts ----

-- Which functions check and apply a kind: checker(envelope jsonb) returns text[], applier(envelope jsonb, leaf bytea, signed
-- bytea) returns void. Names, not regproc: pg_upgrade takes no such columns.
create table act_kind (
    kind text collate "C" primary key,
    checker text not null,
    applier text not null,
    is_signed boolean not null -- by a person; or made by the gateway, without a signer
);
select table_seal('act_kind');

-- Each act that was recorded. leaf is the leaf hash of its entry, signed the message as it was received.
create table act (
    log_id integer not null,
    seq bigint not null,
    kind text collate "C" not null references act_kind,
    iin text collate "C",
    bin text collate "C",
    id uuid unique, -- of the message: names what the act made, over all signers
    at timestamptz not null,
    leaf bytea not null unique check (length(leaf) = 32),
    envelope jsonb not null, -- without the rows of a part of an import
    signed bytea,
    primary key (log_id, seq),
    check (num_nulls(iin, bin, id, signed) in (0, 4))
);
alter table act alter column signed set storage external;
create index act_person on act (iin, at);
select table_seal('act');

-- Nobody changes the register without an entry, made in the same transaction, about this very message and of this person: so
-- the log shows each change, and whoever checks the signatures finds one that nobody signed.
create function act_entered() returns trigger
    language plpgsql security definer set search_path = qao, pg_temp
as $$
declare
    made entry;
    said jsonb;
    digest text := encode(sha256(new.signed), 'hex');
begin
    -- Not in a subtransaction, whose number would be another: the writer has none.
    select * into made from entry e where e.log_id = new.log_id and e.seq = new.seq and e.xmin = pg_current_xact_id()::xid;
    begin
        said := convert_from(made.leaf, 'UTF8')::jsonb;
    exception when data_exception then
        said := null;
    end;
    if (sha256('\x00'::bytea || made.leaf), made.kind, said ->> 'kind', made.at, said #>> '{act,sha256}')
            is distinct from (new.leaf, new.kind, new.kind, new.at, digest)
        or new.envelope ->> 'digest' is distinct from digest
        -- A part of an import has no signer, but the key of who imports.
        or (made.iin, made.body) is distinct from (new.iin, new.bin)
            and not exists (select from import i
                            where new.kind = 'admin.import_part' and i.import_id = (new.envelope #>> '{act,import}')::uuid
                                and i.iin = made.iin) then
        raise exception 'an act has no entry in its transaction' using errcode = 'QAO07';
    end if;
    return null;
end
$$;
create constraint trigger act_entered after insert on act
    deferrable initially deferred
    for each row execute function act_entered();
alter table act enable always trigger act_entered;

-- What the register says has its act, or the source it came from before there were acts.
do $$
declare
    target text;
begin
    foreach target in array array['body_version', 'body_network', 'unit_version', 'person_version', 'registration_version',
                                  'agreement_text', 'agreement'] loop
        execute format('alter table %I add constraint %I check (num_nonnulls(act, source) = 1)', target, target || '_origin');
        execute format('alter table %I add constraint %I foreign key (act) references act (leaf) deferrable initially deferred',
                       target, target || '_act');
    end loop;
end
$$;

alter table registration_version add column cause text; -- of a block

-- The newest version of each registration, with whose and where it is.
create view registration_now as
    select p.person_id, p.iin, p.body_id, b.bin, v.*
    from registration r
        join person p using (person_id)
        join body b using (body_id)
        join lateral (select * from registration_version x where x.registration_id = r.registration_id
                      order by x.version desc limit 1) v on true;

-- Whether the signer or reader holds one of these system roles now, in the body of the certificate.
create function act_holds(signer jsonb, variadic roles text[]) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select exists (select from registration_now n
                   where n.iin = signer ->> 'iin' and n.bin = signer ->> 'bin' and n.system_role = any (roles)
                       and n.state = 'active'
                       and coalesce(n.granted_until > (signer ->> 'at')::timestamptz, true))
$$;

-- The units a responsible official reaches: the one appointed for and those below it. Null: the whole body, or not
-- responsible at all.
create function act_units(signer jsonb) returns bigint[]
    language sql stable set search_path = qao, pg_temp
as $$
    with recursive below as (
        select n.unit_id
        from registration_now n
        where n.iin = signer ->> 'iin' and n.bin = signer ->> 'bin' and n.system_role = 'responsible'
            and n.state = 'active' and n.unit_id is not null
        union -- not all: ends when units were made a circle
        select v.unit_id
        from below
            join unit u on u.body_id = (select body_id from unit x where x.unit_id = below.unit_id)
            join lateral (select * from unit_version y where y.unit_id = u.unit_id order by y.version desc limit 1) v
                on v.parent_id = below.unit_id
    )
    select nullif(array_agg(unit_id), '{}') from below
$$;

-- Whether the signer or reader is a responsible official whose reach holds that officer.
create function act_reaches(signer jsonb, officer_iin text, officer_bin text) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select signer ->> 'bin' = officer_bin and act_holds(signer, 'responsible')
        and (act_units(signer) is null
             or exists (select from registration_now n
                        where n.iin = officer_iin and n.bin = officer_bin and n.system_role = 'officer'
                            and n.unit_id = any (act_units(signer))))
$$;

-- What is asked of any person who signs or reads: a known body, and one of its networks (R15).
create function person_check(signer jsonb) returns text[]
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select case when b.body_id is null then array['body-unknown'] else '{}' end
        || case when coalesce((select (signer ->> 'peer')::inet <<= any (n.networks)
                               from body_network n where n.body_id = b.body_id order by n.version desc limit 1), false)
                then '{}'::text[] else array['network-not-allowed'] end
    from (values (1)) as one (x)
        left join body b on b.bin = signer ->> 'bin'
$$;

-- All reasons against the act, by the codes of docs/PROTOCOL-ACCESS.md; none: it may be.
create function act_check(envelope jsonb) returns text[]
    language plpgsql stable security definer set search_path = qao, pg_temp
as $$
declare
    function_name text;
    reasons text[];
    common text[] := '{}';
begin
    select checker into function_name from act_kind
    where kind = envelope ->> 'kind' and is_signed = (envelope ->> 'iin' is not null);
    if not found then
        return array['act-malformed'];
    end if;
    -- The first administrator comes before there is a body, on the server itself.
    if envelope ->> 'iin' is not null and envelope ->> 'kind' <> 'admin.enrolment' then
        common := person_check(envelope);
    end if;
    if exists (select from act a where a.id = (act_check.envelope ->> 'id')::uuid) then
        common := common || text 'query-replayed';
    end if;
    execute format('select %s($1)', function_name::regproc) using envelope into reasons;
    return array(select distinct reason from unnest(common || reasons) reason order by 1);
exception when data_exception or check_violation then
    return array['act-malformed']; -- a value that is not of its form
end
$$;

-- Changes the register by acts that the same transaction records: leaves are the leaf hashes of the entries. First in the
-- transaction, since it takes the gate alone; so there must be acts. QAO02, the index (from 0) of the act as its detail, when there is a reason
-- against one.
create function act_apply(log integer, seqs bigint[], leaves bytea[], envelopes jsonb[], signeds bytea[]) returns void
    language plpgsql security definer set search_path = qao, pg_temp
as $$
declare
    function_name text;
    envelope jsonb;
begin
    if coalesce(cardinality(seqs), 0) = 0
        or (cardinality(leaves), cardinality(envelopes), cardinality(signeds))
            is distinct from (cardinality(seqs), cardinality(seqs), cardinality(seqs)) then
        raise exception 'acts and what belongs to each must be given' using errcode = '22023';
    end if;
    perform registration_gate_take();
    for i in 1 .. cardinality(seqs) loop
        envelope := envelopes[i];
        if act_check(envelope) <> '{}' then
            raise exception 'there is a reason against an act' using errcode = 'QAO02', detail = (i - 1)::text;
        end if;
        insert into act (log_id, seq, kind, iin, bin, id, at, leaf, envelope, signed)
        values (log, seqs[i], envelope ->> 'kind', envelope ->> 'iin', envelope ->> 'bin', (envelope ->> 'id')::uuid,
                (envelope ->> 'at')::timestamptz, leaves[i], envelope #- '{extra,rows}', signeds[i]);
        select applier into function_name from act_kind where kind = envelope ->> 'kind';
        execute format('select %s($1, $2, $3)', function_name::regproc) using envelope, leaves[i], signeds[i];
    end loop;
end
$$;

-- ---- reading ----

-- Which function reads a collection: reader(reader jsonb, filter jsonb) returns jsonb, null when it is not the reader's.
create table reading (
    collection text collate "C" primary key,
    reader text not null,
    before_agreement boolean not null default false -- open to an officer who has not signed the agreement in force
);
select table_seal('reading');

-- RFC 3339 in the time of the capital (clause 22), as leaves have it.
create function time_text(moment timestamptz) returns text
    language sql stable set search_path = qao, pg_temp
as $$
    select to_char(moment at time zone 'Asia/Almaty', 'YYYY-MM-DD"T"HH24:MI:SS.US')
        || to_char((moment at time zone 'Asia/Almaty') - (moment at time zone 'UTC'), '"+"HH24:MI')
$$;

-- How many items a page has: 1 to 500.
create function read_limit(filter jsonb) returns integer
    language sql immutable set search_path = qao, pg_temp
as $$
    select greatest(1, least(500, coalesce((filter ->> 'limit')::bigint, 100)))::integer
$$;

-- The version of the agreement that must be signed; null before there is one.
create function agreement_in_force(moment timestamptz) returns integer
    language sql stable set search_path = qao, pg_temp
as $$
    select version from agreement_text where in_force_from <= moment order by in_force_from desc, version desc limit 1
$$;

-- Any person of a known body, in its networks.
create function reader_own(reader jsonb) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select person_check(reader) = '{}'
$$;

-- A page of a collection: {"items", "next"}; null when it is not the reader's. QAO08 for a filter that is not of its form.
create function read(collection text, reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable security definer set search_path = qao, pg_temp
as $$
declare
    wanted reading;
    page jsonb;
begin
    select * into wanted from reading r where r.collection = read.collection;
    if not found or not reader_own(reader) then
        return null;
    end if;
    if not wanted.before_agreement and act_holds(reader, 'officer')
        and not act_holds(reader, 'responsible', 'administrator', 'official', 'prosecutor', 'witness')
        and not exists (select from agreement a join person p using (person_id) join body b using (body_id)
                        where p.iin = reader ->> 'iin' and b.bin = reader ->> 'bin'
                            and a.text_version = agreement_in_force((reader ->> 'at')::timestamptz)) then
        return null;
    end if;
    execute format('select %s($1, $2)', wanted.reader::regproc) using reader, filter into page;
    return page;
exception when data_exception then
    raise exception 'a filter is not of its form' using errcode = 'QAO08';
end
$$;

-- ---- uploads ----

-- What was uploaded to be named by an act: the digest is of the content, which is sealed in blob_large.
create table upload (
    iin text collate "C" not null check (iin ~ '^[0-9]{12}$'),
    digest bytea not null check (length(digest) = 32),
    type text collate "C" not null
        check (type in ('application/pdf', 'image/png', 'image/jpeg', 'application/json')),
    bin text collate "C" not null references body (bin),
    bytes integer not null check (bytes between 1 and 10485760),
    large_id bigint not null references blob_large,
    at timestamptz not null,
    primary key (iin, digest, type)
);
create index upload_large on upload (large_id);
select table_seal('upload');

-- Notes an upload of a person; the first of equal ones stays.
create function upload_put(owner_iin text, owner_bin text, digest bytea, type text, bytes integer, large_id bigint,
                           at timestamptz) returns void
    language sql security definer set search_path = qao, pg_temp
as $$
    insert into upload (iin, bin, digest, type, bytes, large_id, at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
$$;

-- A person's own upload.
create function upload_find(owner_iin text, content_digest bytea, content_type text)
    returns table (bytes integer, large_id bigint, at timestamptz)
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select u.bytes, u.large_id, u.at from upload u where u.iin = $1 and u.digest = $2 and u.type = $3
$$;

-- Large blobs that no entry and no upload names: put before a record that was then refused, or that is still on its way. They are as
-- sealed as the others; for the operator alone (OPERATIONS).
create view blob_unreferenced as
    select large_id, digest, length(content) as bytes, at
    from blob_large l
    where not exists (select from blob b where b.large_id = l.large_id)
        and not exists (select from upload u where u.large_id = l.large_id);

-- ---- bodies and units ----

create function body_differs(said jsonb) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select (b.code, b.appendix, b.name_kk, b.name_ru, b.name_en)
        is distinct from (said ->> 'code', (said ->> 'appendix')::smallint, said #>> '{name,kk}', said #>> '{name,ru}',
                          said #>> '{name,en}')
    from (values (said ->> 'bin')) as wanted (bin)
        left join body using (bin)
        left join lateral (select * from body_version v where v.body_id = body.body_id
                           order by v.version desc limit 1) b on true
$$;

create function body_networks_differ(said jsonb) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select not coalesce(n.networks @> wanted.networks and n.networks <@ wanted.networks, false)
    from (select said ->> 'bin' as bin,
              array(select w::cidr from jsonb_array_elements_text(said -> 'networks') w) as networks) wanted
        left join body using (bin)
        left join lateral (select * from body_network v where v.body_id = body.body_id
                           order by v.version desc limit 1) n on true
$$;

create function act_check_body(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    reasons text[] := '{}';
begin
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if not body_differs(envelope -> 'act') and not body_networks_differ(envelope -> 'act') then
        reasons := reasons || text 'already-so';
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
    reasons text[] := '{}';
    itself bigint := unit_find(said ->> 'bin', said ->> 'code');
    over bigint := unit_find(said ->> 'bin', said ->> 'above');
begin
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if not exists (select from body where bin = said ->> 'bin') then
        reasons := reasons || text 'body-unknown';
    end if;
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
    reasons text[] := '{}';
    old registration_now;
    who person_now;
begin
    if coalesce(said ->> 'system_role' not in ('responsible', 'administrator', 'official', 'prosecutor', 'witness'), true)
        or coalesce(said ->> 'state' not in ('active', 'ended'), true) then
        return array['act-malformed'];
    end if;
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if said ->> 'iin' = envelope ->> 'iin' then
        reasons := reasons || text 'own-act';
    end if;
    if not exists (select from body where bin = said ->> 'bin') then
        reasons := reasons || text 'body-unknown';
    end if;
    if said ->> 'unit' is not null and unit_find(said ->> 'bin', said ->> 'unit') is null then
        reasons := reasons || text 'unit-unknown';
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
    reasons text[] := '{}';
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
    if said ->> 'unit' is not null and unit_find(said ->> 'bin', said ->> 'unit') is null then
        reasons := reasons || text 'unit-unknown';
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

-- ---- applications and what becomes of them (clauses 11, 12, App. 10) ----

create table application (
    application_id uuid primary key, -- the act's id
    number bigint generated always as identity unique, -- the order they came in
    kind text collate "C" not null check (kind in ('register', 'transfer', 'block')),
    person_id bigint not null references person,
    unit_id bigint references unit,
    registration_version integer, -- of the applicant as an officer of this body when it was filed; null: none
    form jsonb not null,
    statements jsonb not null,
    rights jsonb check ((rights is null) = (kind = 'block')), -- asked for
    scan jsonb check (scan is not null or kind = 'block'),
    digest bytea not null check (length(digest) = 32), -- SHA-256 of the signed message: what a decision is about
    filed_at timestamptz not null,
    act bytea not null references act (leaf)
);
create index application_person on application (person_id);
select table_seal('application');

create table application_version (
    application_id uuid not null references application,
    version integer not null,
    state text collate "C" not null check (state in ('filed', 'registered', 'refused', 'withdrawn')),
    reason text,
    rights jsonb, -- granted
    iin text collate "C" not null, -- who
    at timestamptz not null,
    act bytea not null references act (leaf),
    primary key (application_id, version),
    check (state <> 'refused' or reason is not null),
    check (rights is null or state = 'registered')
);
select table_version('application_version', 'application_id');

create view application_now as
    select a.*, p.iin, p.bin, p.body_id, v.version, v.state, v.reason, v.rights as granted, v.iin as by_iin,
        v.at as changed_at, v.act as changed_act, a.filed_at + interval '24 hours' as due_at
    from application a
        join lateral (select q.iin, b.bin, b.body_id from person q join body b using (body_id)
                      where q.person_id = a.person_id) p on true
        join lateral (select * from application_version x where x.application_id = a.application_id
                      order by x.version desc limit 1) v on true;

-- Rows that an application would register.
create function application_rows(form jsonb, wanted jsonb) returns jsonb
    language sql immutable set search_path = qao, pg_temp
as $$
    select jsonb_build_array(jsonb_build_object(
        'iin', form -> 'iin', 'bin', form -> 'bin', 'unit', form -> 'unit', 'surname', form -> 'surname',
        'given', form -> 'given', 'patronymic', form -> 'patronymic', 'position', form -> 'position',
        'contact', jsonb_build_object('work_phone', form -> 'work_phone', 'mobile_phone', form -> 'mobile_phone',
                                      'email', form -> 'email', 'work_address', form -> 'work_address'),
        'role', wanted -> 'role', 'bases', wanted -> 'bases', 'duties', wanted -> 'duties', 'until', wanted -> 'until'))
$$;

-- Why rights cannot be those of an officer of this body, whoever asks for them or gives them.
create function rights_check(envelope jsonb, wanted rights, target_bin text) returns text[]
    language sql stable set search_path = qao, pg_temp
as $$
    select case when wanted.role is null or cardinality(coalesce(wanted.bases, '{}')) = 0 then array['form-incomplete']
               else '{}' end
        || case when wanted.until <= (envelope ->> 'at')::timestamptz then array['period-wrong'] else '{}' end
        || case when (envelope #>> '{extra,appendix}')::smallint
                    is distinct from (select v.appendix from body_version v join body b using (body_id)
                                      where b.bin = target_bin order by v.version desc limit 1)
               then array['role-not-of-body'] else '{}' end
$$;

create function act_check_application(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    form jsonb := said -> 'form';
    blocks boolean := said ->> 'kind' = 'block';
    wanted rights := jsonb_populate_record(null::rights, nullif(said -> 'rights', 'null'));
    scan jsonb := nullif(said -> 'scan', 'null');
    reasons text[] := '{}';
    old registration_now;
    who person_now;
    asked officer_row;
begin
    if coalesce(said ->> 'kind' not in ('register', 'transfer', 'block'), true)
        or not blocks and not coalesce(envelope -> 'extra' ? 'appendix', false) then
        return array['act-malformed'];
    end if;
    if (form ->> 'iin', form ->> 'bin') is distinct from (envelope ->> 'iin', envelope ->> 'bin')
        or exists (select from body b
                   where b.bin = envelope ->> 'bin'
                       and form ->> 'body_code' is distinct from
                           (select v.code from body_version v where v.body_id = b.body_id
                            order by v.version desc limit 1)) then
        reasons := reasons || text 'form-mismatch';
    end if;
    if form ->> 'unit' is not null and unit_find(envelope ->> 'bin', form ->> 'unit') is null then
        reasons := reasons || text 'unit-unknown';
    end if;
    if (said #> '{statements,agreement}', said #> '{statements,protected_carrier}', said #> '{statements,personal_data}',
        said #> '{statements,workplace}') is distinct from ('true'::jsonb, 'true'::jsonb, 'true'::jsonb, 'true'::jsonb)
        or blocks and (form ->> 'block_reason' is null or nullif(said -> 'rights', 'null') is not null)
        or not blocks and (scan is null or nullif(said -> 'rights', 'null') is null) then
        reasons := reasons || text 'form-incomplete';
    end if;
    if scan is not null
        and not exists (select from upload u
                        where u.iin = envelope ->> 'iin' and u.digest = decode(scan ->> 'sha256', 'hex')
                            and u.type = scan ->> 'type' and u.bytes = (scan ->> 'bytes')::integer
                            and u.type <> 'application/json') then
        reasons := reasons || text 'scan-missing';
    end if;
    if exists (select from application_now a
               where a.person_id in (select person_id from person where iin = envelope ->> 'iin')
                   and a.kind = said ->> 'kind' and a.state = 'filed') then
        reasons := reasons || text 'application-open';
    end if;
    select * into old from registration_now
    where iin = envelope ->> 'iin' and bin = envelope ->> 'bin' and system_role = 'officer';
    if blocks then
        if old.state is null then
            reasons := reasons || text 'object-unknown';
        elsif old.state in ('blocked', 'ended') then
            reasons := reasons || text 'already-so';
        end if;
        return reasons;
    end if;
    reasons := reasons || rights_check(envelope, wanted, envelope ->> 'bin');
    -- The same rights in the same place for the same person; a new name or telephone is something new.
    select * into asked from jsonb_populate_recordset(null::officer_row, application_rows(form, said -> 'rights'));
    select * into who from person_now where iin = envelope ->> 'iin' and bin = envelope ->> 'bin';
    if old.state = 'active'
        and (old.role, old.granted_until, old.unit_id, who.surname, who.given, who.patronymic, who.position, who.contact)
            is not distinct from (wanted.role, wanted.until, unit_find(envelope ->> 'bin', form ->> 'unit'), asked.surname,
                                  asked.given, asked.patronymic, asked.position, asked.contact)
        and old.bases @> wanted.bases and old.bases <@ wanted.bases
        and old.duties @> wanted.duties and old.duties <@ wanted.duties then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_application(envelope jsonb, leaf bytea, signed bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    arrived timestamptz := envelope ->> 'at';
    old registration_now;
begin
    insert into person (iin, body_id) select envelope ->> 'iin', body_id from body where bin = envelope ->> 'bin'
    on conflict do nothing;
    select * into old from registration_now
    where iin = envelope ->> 'iin' and bin = envelope ->> 'bin' and system_role = 'officer';
    insert into application (application_id, kind, person_id, unit_id, registration_version, form, statements, rights, scan,
                             digest, filed_at, act)
    select (envelope ->> 'id')::uuid, said ->> 'kind', p.person_id, unit_find(p.bin, said #>> '{form,unit}'), old.version,
        said -> 'form', said -> 'statements', nullif(said -> 'rights', 'null'), nullif(said -> 'scan', 'null'), sha256(signed),
        arrived, leaf
    from person_now p where p.iin = envelope ->> 'iin' and p.bin = envelope ->> 'bin';
    insert into application_version (application_id, version, state, iin, at, act)
    values ((envelope ->> 'id')::uuid, 1, case said ->> 'kind' when 'block' then 'registered' else 'filed' end,
            envelope ->> 'iin', arrived, leaf);
    if said ->> 'kind' = 'block' then
        perform registration_put(old.registration_id, 'blocked', 'other', said #>> '{form,block_reason}', arrived, leaf);
    end if;
end
$$;

-- What a withdrawal and a decision say of the application they name.
create function application_check(envelope jsonb, named application_now) returns text[]
    language sql stable set search_path = qao, pg_temp
as $$
    select case when named.application_id is null then array['object-unknown']
           else case when named.state <> 'filed' then array['application-closed'] else '{}' end
               || case when encode(named.digest, 'hex') is distinct from envelope #>> '{act,digest}'
                      then array['digest-mismatch'] else '{}' end end
$$;

create function act_check_withdrawal(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    named application_now;
begin
    select * into named from application_now where application_id = (envelope #>> '{act,application}')::uuid;
    return application_check(envelope, named)
        || case when named.iin <> envelope ->> 'iin' then array['not-competent'] else '{}' end;
end
$$;

create function act_apply_withdrawal(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into application_version (application_id, version, state, iin, at, act)
    select application_id, version + 1, 'withdrawn', envelope ->> 'iin', (envelope ->> 'at')::timestamptz, leaf
    from application_now where application_id = (envelope #>> '{act,application}')::uuid
$$;

create function import_runs() returns boolean
    language plpgsql stable set search_path = qao, pg_temp
as $$
begin
    return exists (select from import_now where done < rows);
end
$$;

create function act_check_decision(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    registers boolean := said ->> 'outcome' = 'registered';
    granted rights := jsonb_populate_record(null::rights, nullif(said -> 'rights', 'null'));
    asked rights;
    named application_now;
    old registration_now;
    reasons text[];
begin
    if coalesce(said ->> 'outcome' not in ('registered', 'refused'), true)
        or registers and not coalesce(envelope -> 'extra' ? 'appendix', false) then
        return array['act-malformed'];
    end if;
    select * into named from application_now where application_id = (said ->> 'application')::uuid;
    reasons := application_check(envelope, named);
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if named.iin = envelope ->> 'iin' then
        reasons := reasons || text 'own-act';
    end if;
    if registers <> (nullif(said -> 'rights', 'null') is not null)
        or not registers and coalesce(said ->> 'reason', '') = '' then
        reasons := reasons || text 'form-incomplete';
    end if;
    if not registers then
        return reasons;
    end if;
    if import_runs() then
        reasons := reasons || text 'import-running';
    end if;
    if named.application_id is null then
        return reasons;
    end if;
    reasons := reasons || rights_check(envelope, granted, named.bin);
    asked := jsonb_populate_record(null::rights, named.rights);
    -- What is granted was asked for; it may be less.
    if granted.role is distinct from asked.role or not coalesce(granted.bases, '{}') <@ asked.bases
        or not coalesce(granted.duties, '{}') <@ coalesce(asked.duties, '{}')
        or coalesce(granted.until, 'infinity') > coalesce(asked.until, 'infinity') then
        reasons := reasons || text 'form-mismatch';
    end if;
    -- A block is lifted by an application that was filed after it, not by one that it met on its way.
    select * into old from registration_now
    where iin = named.iin and bin = named.bin and system_role = 'officer';
    if old.state = 'blocked' and old.version > coalesce(named.registration_version, 0) then
        reasons := reasons || text 'officer-blocked';
    -- Nor is one for a violation left behind by going to another body before the violation is closed there.
    elsif exists (select from registration_now n
                  where n.iin = named.iin and n.bin <> named.bin and n.system_role = 'officer' and n.state = 'blocked'
                      and n.cause = 'violation'
                      and (exists (select from violation_now v
                                   where v.iin = n.iin and v.bin = n.bin and v.state = 'open')
                           or not exists (select from violation_now v
                                          where v.iin = n.iin and v.bin = n.bin and v.state = 'closed'
                                              and v.changed_at >= n.at))) then
        reasons := reasons || text 'officer-blocked';
    end if;
    return reasons;
end
$$;

create function act_apply_decision(envelope jsonb, leaf bytea, signed bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    arrived timestamptz := envelope ->> 'at';
    named application_now;
begin
    select * into named from application_now where application_id = (said ->> 'application')::uuid;
    insert into application_version (application_id, version, state, reason, rights, iin, at, act)
    values (named.application_id, named.version + 1, said ->> 'outcome', said ->> 'reason',
            nullif(said -> 'rights', 'null'), envelope ->> 'iin', arrived, leaf);
    if said ->> 'outcome' = 'registered' then
        perform officers_put(application_rows(named.form, said -> 'rights'), arrived, leaf);
    end if;
end
$$;

-- ---- the agreement (clause 14, App. 11) ----

alter table agreement add column language text collate "C" check (language in ('kk', 'ru')); -- null: seeded

create function act_check_agreement_text(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := '{}';
begin
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if (said ->> 'version')::integer < 1 or coalesce(said ->> 'kk', '') = '' or coalesce(said ->> 'ru', '') = '' then
        reasons := reasons || text 'act-malformed';
    end if;
    if exists (select from agreement_text where version = (said ->> 'version')::integer) then
        reasons := reasons || text 'text-not-in-force';
    end if;
    -- It would never be the one in force.
    if exists (select from agreement_text
               where version = agreement_in_force((envelope ->> 'at')::timestamptz)
                   and (in_force_from, version)
                       >= ((said ->> 'in_force_from')::timestamptz, (said ->> 'version')::integer)) then
        reasons := reasons || text 'period-wrong';
    end if;
    return reasons;
end
$$;

create function act_apply_agreement_text(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into agreement_text (version, kk, ru, in_force_from, at, act)
    select (t.said ->> 'version')::integer, t.said ->> 'kk', t.said ->> 'ru', (t.said ->> 'in_force_from')::timestamptz,
        (envelope ->> 'at')::timestamptz, leaf
    from (select envelope -> 'act' as said) t
$$;

create function act_check_agreement(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := '{}';
    wanted agreement_text;
begin
    if coalesce(said ->> 'language' not in ('kk', 'ru'), true) or length(decode(said ->> 'signed', 'base64')) = 0 then
        return array['act-malformed'];
    end if;
    if not act_holds(envelope, 'officer') then
        reasons := reasons || text 'role-not-held';
    end if;
    select * into wanted from agreement_text where version = (said ->> 'version')::integer;
    if wanted.version is distinct from agreement_in_force((envelope ->> 'at')::timestamptz) or wanted.version is null then
        reasons := reasons || text 'text-not-in-force';
    end if;
    if wanted.version is not null
        and encode(sha256(convert_to(case said ->> 'language' when 'kk' then wanted.kk else wanted.ru end, 'UTF8')), 'hex')
            is distinct from said ->> 'digest' then
        reasons := reasons || text 'digest-mismatch';
    end if;
    if exists (select from agreement a join person_now p using (person_id)
               where p.iin = envelope ->> 'iin' and p.bin = envelope ->> 'bin' and a.text_version = wanted.version) then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_agreement(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into agreement (person_id, text_version, signed_at, signed, language, at, act)
    select p.person_id, (envelope #>> '{act,version}')::integer, (envelope ->> 'at')::timestamptz,
        decode(envelope #>> '{act,signed}', 'base64'), envelope #>> '{act,language}', (envelope ->> 'at')::timestamptz, leaf
    from person_now p where p.iin = envelope ->> 'iin' and p.bin = envelope ->> 'bin'
$$;

-- ---- blocks (clauses 13, 34, 44, 46) ----

create function act_check_block(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := '{}';
    old registration_now;
begin
    if coalesce(said ->> 'cause' not in ('dismissal', 'absence', 'violation', 'other'), true) then
        return array['act-malformed'];
    end if;
    if not act_holds(envelope, 'responsible', 'administrator') then
        reasons := reasons || text 'role-not-held';
    elsif not act_holds(envelope, 'administrator') and not act_reaches(envelope, said ->> 'iin', said ->> 'bin') then
        reasons := reasons || text 'not-competent';
    end if;
    if not exists (select from body where bin = said ->> 'bin') then
        reasons := reasons || text 'body-unknown';
    end if;
    if coalesce(said ->> 'reason', '') = '' then
        reasons := reasons || text 'form-incomplete';
    end if;
    select * into old from registration_now
    where iin = said ->> 'iin' and bin = said ->> 'bin' and system_role = 'officer';
    if old.state is null
        or said ->> 'violation' is not null
            and not exists (select from violation v
                            where v.violation_id = (said ->> 'violation')::uuid and v.iin = said ->> 'iin'
                                and v.bin = said ->> 'bin') then
        reasons := reasons || text 'object-unknown';
    end if;
    if old.state in ('blocked', 'ended') then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_block(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    select registration_put(n.registration_id, 'blocked', envelope #>> '{act,cause}', envelope #>> '{act,reason}',
                            (envelope ->> 'at')::timestamptz, leaf)
    from registration_now n
    where n.iin = envelope #>> '{act,iin}' and n.bin = envelope #>> '{act,bin}' and n.system_role = 'officer'
$$;

-- ---- absence (App. 11, R23) ----

-- An officer who has no entry since this moment is absent.
create function absence_limit(moment timestamptz) returns timestamptz
    language sql stable set search_path = qao, pg_temp
as $$
    select ((moment at time zone 'Asia/Almaty') - interval '2 months') at time zone 'Asia/Almaty'
$$;

-- What was announced to the absent. It holds for this version of the registration, until there is an entry.
create table absence (
    absence_id bigint generated always as identity primary key,
    registration_id bigint not null,
    version integer not null,
    suspends_at timestamptz not null,
    at timestamptz not null,
    act bytea not null references act (leaf),
    foreign key (registration_id, version) references registration_version (registration_id, version)
);
create index absence_registration on absence (registration_id, version);
select table_seal('absence');

-- Active officers without an entry since that moment, none of whose rights is newer; suspends_at: as announced, if it holds.
create function absent_since(since timestamptz, officer_bin text, officer_iin text, after bigint)
    returns table (registration_id bigint, version integer, iin text, bin text, unit_id bigint, last_entry_at timestamptz,
                   suspends_at timestamptz)
    language sql stable set search_path = qao, pg_temp
as $$
    select n.registration_id, n.version, n.iin, n.bin, n.unit_id, e.at,
        (select max(a.suspends_at) from absence a
         where a.registration_id = n.registration_id and a.version = n.version and a.at >= coalesce(e.at, '-infinity'))
    from registration_now n
        left join lateral (select x.at from entry x where x.iin = n.iin and x.body = n.bin
                           order by x.at desc limit 1) e on true
    where n.system_role = 'officer' and n.state = 'active' and n.at < since and coalesce(e.at < since, true)
        and (officer_bin is null or n.bin = officer_bin) and (officer_iin is null or n.iin = officer_iin)
        and n.registration_id > after
    order by n.registration_id
$$;

-- Days between announcement and suspension; 0: nobody is suspended.
create function absence_days() returns integer
    language plpgsql stable set search_path = qao, pg_temp
as $$
begin
    return (select value from setting where name = 'absence_suspension_days');
end
$$;

create function act_check_absence(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    arrived timestamptz := envelope ->> 'at';
    reasons text[] := '{}';
    absent record;
begin
    select * into absent from absent_since(absence_limit(arrived), said ->> 'bin', said ->> 'iin', 0);
    if absent.registration_id is null then
        reasons := reasons || text 'object-unknown';
    elsif absent.suspends_at is not null then
        reasons := reasons || text 'already-so';
    end if;
    if absence_days() = 0 or coalesce((said ->> 'suspends_at')::timestamptz <= arrived, true) then
        reasons := reasons || text 'period-wrong';
    end if;
    return reasons;
end
$$;

create function act_apply_absence(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into absence (registration_id, version, suspends_at, at, act)
    select n.registration_id, n.version, (envelope #>> '{act,suspends_at}')::timestamptz, (envelope ->> 'at')::timestamptz,
        leaf
    from registration_now n
    where n.iin = envelope #>> '{act,iin}' and n.bin = envelope #>> '{act,bin}' and n.system_role = 'officer'
$$;

create function act_check_suspended(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    arrived timestamptz := envelope ->> 'at';
    absent record;
begin
    select * into absent from absent_since(absence_limit(arrived), said ->> 'bin', said ->> 'iin', 0);
    if absent.suspends_at is null then
        return array['object-unknown'];
    elsif absence_days() = 0 or absent.suspends_at > arrived then
        return array['period-wrong'];
    end if;
    return '{}';
end
$$;

create function act_apply_suspended(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    select registration_put(n.registration_id, 'suspended', 'absence', null, (envelope ->> 'at')::timestamptz, leaf)
    from registration_now n
    where n.iin = envelope #>> '{act,iin}' and n.bin = envelope #>> '{act,bin}' and n.system_role = 'officer'
$$;

-- What the gateway has to do about the absent at that moment: [{"kind", "act"}], at most so many.
create function absence_find(moment timestamptz, acts_max integer) returns jsonb
    language plpgsql stable security definer set search_path = qao, pg_temp
as $$
declare
    days integer := absence_days();
begin
    if days = 0 then
        return '[]';
    end if;
    return (select coalesce(jsonb_agg(jsonb_build_object('kind', d.kind, 'act', d.act)), '[]')
            from (select case when s.suspends_at is null then 'admin.absence' else 'admin.suspended' end as kind,
                      jsonb_build_object('iin', s.iin, 'bin', s.bin, 'suspends_at',
                          time_text(coalesce(s.suspends_at, moment + make_interval(days => days)))) as act
                  from absent_since(absence_limit(moment), null, null, 0) s
                  where s.suspends_at is null or s.suspends_at <= moment
                  limit acts_max) d);
end
$$;

-- Lifts a suspension.
create function act_check_suspension(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := '{}';
    old registration_now;
begin
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if said ->> 'iin' = envelope ->> 'iin' then
        reasons := reasons || text 'own-act';
    end if;
    if not exists (select from body where bin = said ->> 'bin') then
        reasons := reasons || text 'body-unknown';
    end if;
    if coalesce(said ->> 'reason', '') = '' then
        reasons := reasons || text 'form-incomplete';
    end if;
    select * into old from registration_now
    where iin = said ->> 'iin' and bin = said ->> 'bin' and system_role = 'officer';
    if old.state is null or old.state = 'ended' then
        reasons := reasons || text 'object-unknown';
    elsif old.state = 'active' then
        reasons := reasons || text 'already-so';
    elsif old.state = 'blocked' then
        reasons := reasons || text 'officer-blocked';
    end if;
    return reasons;
end
$$;

create function act_apply_suspension(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    select registration_put(n.registration_id, 'active', null, envelope #>> '{act,reason}',
                            (envelope ->> 'at')::timestamptz, leaf)
    from registration_now n
    where n.iin = envelope #>> '{act,iin}' and n.bin = envelope #>> '{act,bin}' and n.system_role = 'officer'
$$;

-- ---- imports ----

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

create view import_now as
    select i.*, p.done, p.parts_done
    from import i
        cross join lateral (select coalesce(sum(x.rows), 0) as done, count(*) as parts_done
                            from import_part x where x.import_id = i.import_id) p;

create function act_check_import(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := '{}';
begin
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if coalesce((said ->> 'rows')::integer < 1, true) or coalesce(jsonb_array_length(said -> 'parts') = 0, true) then
        reasons := reasons || text 'form-incomplete';
    end if;
    if exists (select from jsonb_to_recordset(said -> 'parts') as p (sha256 text, bytes integer)
               where not exists (select from upload u
                                 where u.iin = envelope ->> 'iin' and u.type = 'application/json'
                                     and u.digest = decode(p.sha256, 'hex') and u.bytes = p.bytes)) then
        reasons := reasons || text 'scan-missing';
    end if;
    if import_runs() then
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
        from r join body b using (bin)
        where not r.told
            or (r.appendix #>> '{}')::smallint
                is distinct from (select v.appendix from body_version v where v.body_id = b.body_id
                                  order by v.version desc limit 1)
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
    elsif part <= named.parts_done then
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

-- The import that is not done yet, to go on with: {"import", "iin", "bin", "rows", "done", "parts_done", "parts"}; null when there is none.
create function import_unfinished() returns jsonb
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select jsonb_build_object('import', i.import_id, 'iin', i.iin, 'bin', a.bin, 'rows', i.rows, 'done', i.done,
                              'parts_done', i.parts_done, 'parts', i.parts, 'at', time_text(i.at))
    from import_now i join act a on a.leaf = i.act
    where i.done < i.rows order by i.number limit 1
$$;

-- ---- what of it may be read ----

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
    select jsonb_build_object('bin', b.bin, 'code', v.code, 'appendix', v.appendix, 'name',
                              jsonb_build_object('kk', v.name_kk, 'ru', v.name_ru, 'en', v.name_en), 'version', v.version,
                              'networks', coalesce((select to_jsonb(n.networks) from body_network n
                                                    where n.body_id = b.body_id order by n.version desc limit 1), '[]'))
    from body b
        left join lateral (select * from body_version x where x.body_id = b.body_id
                           order by x.version desc limit 1) v on true
    where b.body_id = wanted
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

create function read_registrations(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    whole boolean := act_holds(reader, 'administrator', 'official');
    units bigint[] := act_units(reader);
    moment timestamptz := reader ->> 'at';
    page integer := read_limit(filter);
begin
    if not whole and not act_holds(reader, 'responsible') then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'items', coalesce(jsonb_agg(registration_item(n, moment) order by n.registration_id), '[]'),
            'next', case when count(*) = page then max(n.registration_id)::text end)
        from (select r.* from registration_now r
              where r.registration_id > read_after(filter) and registration_shown(reader, whole, units, r)
                  and (filter ->> 'iin' is null or r.iin = filter ->> 'iin')
                  and (filter ->> 'bin' is null or r.bin = filter ->> 'bin')
                  and (filter ->> 'unit' is null
                       or exists (select from unit u where u.unit_id = r.unit_id and u.code = filter ->> 'unit'))
                  and (filter ->> 'state' is null or state_at(r.state, r.granted_until, moment) = filter ->> 'state')
                  and (filter ->> 'system_role' is null or r.system_role = filter ->> 'system_role')
                  and (filter ->> 'role' is null or r.role = (filter ->> 'role')::smallint)
                  and (filter ->> 'name' is null
                       or exists (select from person_now p
                                  where p.person_id = r.person_id and starts_with(lower(p.surname), lower(filter ->> 'name'))))
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
        and not registration_shown(reader, act_holds(reader, 'administrator', 'official'), act_units(reader), wanted)
        or wanted.iin <> reader ->> 'iin' and not act_holds(reader, 'administrator', 'official', 'responsible') then
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
create function read_application(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    wanted application_now;
    moment timestamptz := reader ->> 'at';
    has jsonb;
    held jsonb := '[]';
    asked jsonb;
begin
    select * into wanted from application_now where application_id = (filter ->> 'application')::uuid;
    if not found or not application_shown(reader, act_holds(reader, 'administrator', 'official'),
                                          act_holds(reader, 'responsible'), act_units(reader), wanted) then
        return null;
    end if;
    -- In this body, or where he is an officer now.
    select jsonb_build_object('bin', n.bin, 'unit', (select u.code from unit u where u.unit_id = n.unit_id), 'role', n.role,
                              'bases', n.bases, 'duties', n.duties, 'until', time_text(n.granted_until),
                              'state', state_at(n.state, n.granted_until, moment), 'version', n.version)
        into has
    from registration_now n
    where n.iin = wanted.iin and n.system_role = 'officer'
        and (n.bin = wanted.bin or state_at(n.state, n.granted_until, moment) = 'active')
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
                where n.iin = wanted.iin and n.bin <> wanted.bin and n.system_role = 'officer'
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
                'import', n.import_id, 'rows', n.rows, 'done', n.done,
                'state', case when n.done < n.rows then 'running' else 'done' end, 'at', time_text(n.at), 'by', n.iin)
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

insert into act_kind (kind, checker, applier, is_signed)
select 'admin.' || k, 'act_check_' || k, 'act_apply_' || k, k not in ('absence', 'suspended', 'import_part')
from unnest(array['body', 'unit', 'appointment', 'enrolment', 'application', 'withdrawal', 'decision', 'agreement_text', 'agreement',
    'block', 'suspension', 'absence', 'suspended', 'import', 'import_part']) k;

grant select on act_kind, reading, upload, application_version, absence, import, import_part to qao_reader;
-- Neither messages nor forms, which hold names, telephones and addresses.
grant select (log_id, seq, kind, iin, bin, id, at, leaf) on act to qao_reader;
grant select (application_id, number, kind, person_id, unit_id, registration_version, statements, rights, digest, filed_at, act)
    on application to qao_reader;
grant execute on function act_check(jsonb), act_apply(integer, bigint[], bytea[], jsonb[], bytea[]),
    read(text, jsonb, jsonb), person_check(jsonb), upload_put(text, text, bytea, text, integer, bigint, timestamptz),
    upload_find(text, bytea, text), absence_find(timestamptz, integer), import_check(jsonb, jsonb), import_unfinished(),
    scan_find(jsonb, uuid) to qao_gateway;
