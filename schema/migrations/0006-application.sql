-- Applications and what becomes of them (clauses 11, 12, App. 10).
set local role qao_owner;
set local search_path = qao;

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
                    is distinct from (select b.appendix from body_now b where b.bin = target_bin)
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
    reasons text[] := unit_check(envelope ->> 'bin', form ->> 'unit');
    old registration_now;
    who person_now;
    asked officer_row;
begin
    if coalesce(said ->> 'kind' not in ('register', 'transfer', 'block'), true)
        or not blocks and not coalesce(envelope -> 'extra' ? 'appendix', false) then
        return array['act-malformed'];
    end if;
    if (form ->> 'iin', form ->> 'bin') is distinct from (envelope ->> 'iin', envelope ->> 'bin')
        or exists (select from body_now b
                   where b.bin = envelope ->> 'bin' and b.code is distinct from form ->> 'body_code') then
        reasons := reasons || text 'form-mismatch';
    end if;
    if (said #> '{statements,agreement}', said #> '{statements,protected_carrier}', said #> '{statements,personal_data}',
        said #> '{statements,workplace}') is distinct from ('true'::jsonb, 'true'::jsonb, 'true'::jsonb, 'true'::jsonb)
        or blocks and (form ->> 'block_reason' is null or nullif(said -> 'rights', 'null') is not null)
        or not blocks and (scan is null or nullif(said -> 'rights', 'null') is null) then
        reasons := reasons || text 'form-incomplete';
    end if;
    if scan is not null
        and not exists (select from upload_find(envelope ->> 'iin', decode(scan ->> 'sha256', 'hex'), scan ->> 'type') u
                        where u.bytes = (scan ->> 'bytes')::integer and scan ->> 'type' <> 'application/json') then
        reasons := reasons || text 'scan-missing';
    end if;
    if exists (select from application_now a
               where a.person_id in (select person_id from person where iin = envelope ->> 'iin')
                   and a.kind = said ->> 'kind' and a.state = 'filed') then
        reasons := reasons || text 'application-open';
    end if;
    select * into old from officer_now(envelope ->> 'iin', envelope ->> 'bin');
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
    select * into old from officer_now(envelope ->> 'iin', envelope ->> 'bin');
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
    reasons := application_check(envelope, named) || role_check(envelope, 'administrator');
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
    select * into old from officer_now(named.iin, named.bin);
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

insert into act_kind (kind, checker, applier, is_signed) values
    ('admin.application', 'act_check_application', 'act_apply_application', true),
    ('admin.withdrawal', 'act_check_withdrawal', 'act_apply_withdrawal', true),
    ('admin.decision', 'act_check_decision', 'act_apply_decision', true);

grant select on application_version to qao_reader;
-- Not forms, which hold names, telephones and addresses.
grant select (application_id, number, kind, person_id, unit_id, registration_version, statements, rights, digest, filed_at, act)
    on application to qao_reader;
