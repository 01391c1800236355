-- How the register is changed and read. Every change is an act: it has an entry of the log, and changes the register in the
-- entry's own transaction. Which acts there are, the migrations after this one say: how a person comes to an access right,
-- keeps it and loses it (clauses 10-15, 29, 33, 34, 46) from 0005 to 0010. The rules that need the register are there, each
-- once: told of before (act_check), and decided under the gate (act_apply).
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

-- The newest version of each registration, with whose and where it is. The number is that of the registration, so that one is
-- found without looking at the newest version of all.
create view registration_now as
    select p.person_id, p.iin, p.body_id, b.bin, r.registration_id, v.version, r.system_role, v.state, v.role, v.unit_id, v.bases,
        v.duties, v.granted_until, v.act_number, v.act_date, v.reason, v.at, v.act, v.source, v.cause
    from registration r
        join person p using (person_id)
        join body b using (body_id)
        join lateral (select * from registration_version x where x.registration_id = r.registration_id
                      order by x.version desc limit 1) v on true;

create index person_body on person (body_id);
create index person_version_surname on person_version ((lower(surname)) text_pattern_ops);
-- Few are, whatever the number of officers.
create index registration_version_stopped on registration_version (state, registration_id)
    where state in ('blocked', 'suspended');

-- The registration of a person as an officer of a body.
create function officer_now(officer_iin text, officer_bin text) returns setof registration_now
    language sql stable set search_path = qao, pg_temp
as $$
    select * from registration_now n where n.iin = officer_iin and n.bin = officer_bin and n.system_role = 'officer'
$$;

-- Each body with what holds of it now; networks null: none were ever said.
create view body_now as
    select b.body_id, b.bin, v.version, v.code, v.appendix, v.name_kk, v.name_ru, v.name_en,
        (select n.networks from body_network n where n.body_id = b.body_id order by n.version desc limit 1) as networks
    from body b
        left join lateral (select * from body_version x where x.body_id = b.body_id order by x.version desc limit 1) v
            on true;

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
             or exists (select from officer_now(officer_iin, officer_bin) n where n.unit_id = any (act_units(signer))))
$$;

-- Why the signer may not do what asks for one of these roles.
create function role_check(signer jsonb, variadic roles text[]) returns text[]
    language sql stable set search_path = qao, pg_temp
as $$
    select case when act_holds(signer, variadic roles) then '{}' else array['role-not-held'] end
$$;

-- Why the signer may not act on that officer: who holds one of these roles may on all, a responsible official within reach.
create function reach_check(signer jsonb, officer_iin text, officer_bin text, variadic whole text[]) returns text[]
    language sql stable set search_path = qao, pg_temp
as $$
    select case when act_holds(signer, variadic whole) or act_reaches(signer, officer_iin, officer_bin) then '{}'
           when act_holds(signer, 'responsible') then array['not-competent'] else array['role-not-held'] end
$$;

-- What is asked of any person who signs or reads: a known body, and one of its networks (R15).
create function person_check(signer jsonb) returns text[]
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select case when b.body_id is null then array['body-unknown'] else '{}' end
        || case when coalesce((signer ->> 'peer')::inet <<= any (b.networks), false)
                then '{}'::text[] else array['network-not-allowed'] end
    from (values (1)) as one (x)
        left join body_now b on b.bin = signer ->> 'bin'
$$;

-- All reasons against the act, by the codes of docs/PROTOCOL-ACCESS.md; none: it may be.
-- Whoever may not take an act learns nothing of the register by trying it: who is an officer where, and who is blocked, would
-- else be told to any holder of a certificate, one refused act for each question. Of one's own application and agreement
-- everything is told: they are about oneself.
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
    execute format('select %s($1)', function_name::regproc) using envelope into reasons;
    if (common <> '{}' or reasons && array['role-not-held', 'not-competent'])
        and envelope ->> 'kind' not in ('admin.application', 'admin.agreement') then
        reasons := array(select reason from unnest(reasons) reason
                         where reason in ('role-not-held', 'not-competent', 'own-act', 'act-malformed', 'form-incomplete',
                                          'period-wrong'));
    end if;
    if exists (select from act a where a.id = (act_check.envelope ->> 'id')::uuid) then
        common := common || text 'query-replayed';
    end if;
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

-- Whether the signer or reader signed that version of it.
create function agreement_signed(signer jsonb, wanted integer) returns boolean
    language sql stable set search_path = qao, pg_temp
as $$
    select exists (select from agreement a join person p using (person_id) join body b using (body_id)
                   where p.iin = signer ->> 'iin' and b.bin = signer ->> 'bin' and a.text_version = wanted)
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
        and not agreement_signed(reader, agreement_in_force((reader ->> 'at')::timestamptz)) then
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

-- ---- for others ----

grant select on act_kind, reading, upload to qao_reader;
-- Neither messages nor forms, which hold names, telephones and addresses.
grant select (log_id, seq, kind, iin, bin, id, at, leaf) on act to qao_reader;
grant select (person_id, version, at, act, source) on person_version to qao_reader; -- no names, telephones, addresses

-- What verification needs of the acts: which entry each belongs to, and the digest of the message as it lies here, computed
-- from its bytes whenever it is asked. The messages themselves are not the reader's.
create view act_kept as select log_id, seq, leaf, sha256(signed) as digest from act;
grant select on act_kept to qao_reader;
grant execute on function act_check(jsonb), act_apply(integer, bigint[], bytea[], jsonb[], bytea[]),
    read(text, jsonb, jsonb), person_check(jsonb), upload_put(text, text, bytea, text, integer, bigint, timestamptz),
    upload_find(text, bytea, text) to qao_gateway;
