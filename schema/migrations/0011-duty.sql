-- What the operator keeps besides rights: settings, violations, the journal of App. 13, incidents, announcements of
-- planned work, contacts (clauses 27, 35, 41, 44, 45). Each has its check, its change and its reading in one place;
-- 0004 says how they are called. at is the arrival of the act, iin who took it, act its leaf hash.
set local role qao_owner;
set local search_path = qao;

-- ---- settings ----

create table setting_version (
    name text collate "C" not null check (name in ('absence_suspension_days', 'refusals_per_hour')),
    version integer not null,
    value bigint not null check (value >= 0), -- 0 turns it off
    iin text collate "C" not null,
    at timestamptz not null,
    act bytea not null references act (leaf),
    primary key (name, version)
);
select table_version('setting_version', 'name');

-- Every setting with its newest value; what nobody has set is as here.
create view setting as
    select d.name, coalesce(v.value, d.value) as value, v.at, v.iin, coalesce(v.version, 0) as version
    from (values ('absence_suspension_days', 0::bigint), ('refusals_per_hour', 60)) as d (name, value)
        left join lateral (select * from setting_version s where s.name = d.name order by s.version desc limit 1) v
            on true;

create function act_check_setting(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    content jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator');
    held bigint;
begin
    select value into held from setting where name = content ->> 'name';
    if held is null or (content ->> 'value')::bigint < 0 then
        reasons := reasons || text 'act-malformed';
    elsif held = (content ->> 'value')::bigint then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_setting(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into setting_version (name, version, value, iin, at, act)
    select s.name, s.version + 1, (envelope #>> '{act,value}')::bigint, envelope ->> 'iin',
        (envelope ->> 'at')::timestamptz, leaf
    from setting s where s.name = envelope #>> '{act,name}'
$$;

create function read_settings(reader jsonb, filter jsonb) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select case when act_holds(reader, 'administrator', 'official') then jsonb_build_object('next', null, 'items',
        (select jsonb_agg(jsonb_build_object('name', s.name, 'value', s.value, 'at', time_text(s.at), 'by', s.iin)
                          order by s.name)
         from setting s)) end
$$;

-- ---- violations (clauses 30, 44) ----

create table violation (
    violation_id uuid primary key default gen_random_uuid(),
    ordinal bigint generated always as identity unique,
    iin text collate "C" not null,
    bin text collate "C" not null,
    cause text collate "C" not null check (cause <> ''),
    at timestamptz not null,
    -- Of one that the gateway saw: the entry that shows it, its day in the capital, and how many of that day were closed
    -- before, so that there is never a second open one.
    log_id integer,
    seq bigint,
    day date,
    closed_before integer,
    unique (iin, bin, cause, day, closed_before),
    check (num_nulls(log_id, seq, day, closed_before) in (0, 4))
);
create index violation_body on violation (bin, ordinal);
select table_seal('violation');

create table violation_version (
    violation_id uuid not null references violation,
    version integer not null,
    state text collate "C" not null check (state in ('open', 'closed')),
    measure text,
    note text,
    iin text collate "C", -- null: the gateway
    at timestamptz not null,
    act bytea references act (leaf),
    primary key (violation_id, version),
    check ((iin is null) = (act is null))
);
select table_version('violation_version', 'violation_id');

create view violation_now as
    select v.*, n.version, n.state, n.measure, n.note, n.iin as by_iin, n.at as changed_at
    from violation v
        join lateral (select * from violation_version x where x.violation_id = v.violation_id
                      order by x.version desc limit 1) n on true;

-- What the refused records of a batch show. Whose violation it is and when, the entry says, which stands already; a cause
-- must be among its reasons, but for that of too many refusals. What one sent over a connection and another signed is
-- the violation of both until somebody has looked: the sender is told by the leaf. Called last in the transaction, in the order of the
-- keys, so that two writers do not wait for each other.
create function violation_append(log integer, seqs bigint[], causes text[]) returns void
    language plpgsql security definer set search_path = qao, pg_temp
as $$
begin
    if exists (select from unnest(seqs, causes) as w (seq, cause)
               where not exists (select from entry e
                                 where e.log_id = log and e.seq = w.seq and e.iin <> '' and e.body <> ''
                                     and (w.cause = any (e.reasons) or w.cause = 'refusals' and e.reasons is not null))
                   or w.cause not in ('signer-not-connection', 'network-not-allowed', 'query-replayed',
                                      'signature-invalid', 'officer-blocked', 'refusals')) then
        raise exception 'an entry does not show this violation' using errcode = '22023';
    end if;
    with shown as (
        select e.iin, e.body as bin, w.cause, e.at, e.seq
        from unnest(seqs, causes) as w (seq, cause)
            join entry e on e.log_id = log and e.seq = w.seq
        union
        select s.connection ->> 'iin', s.connection ->> 'bin', s.cause, s.at, s.seq
        from (select w.cause, e.at, e.seq,
                  case when w.cause = 'signer-not-connection'
                       then convert_from(e.leaf, 'UTF8')::jsonb -> 'connection' end as connection
              from unnest(seqs, causes) as w (seq, cause)
                  join entry e on e.log_id = log and e.seq = w.seq) s
        where s.connection ?& array['iin', 'bin']
    ), fresh as (
        insert into violation (iin, bin, cause, at, log_id, seq, day, closed_before)
        select s.iin, s.bin, s.cause, s.at, log, s.seq, (s.at at time zone 'Asia/Almaty')::date,
            (select count(*) from violation v
             where v.iin = s.iin and v.bin = s.bin and v.cause = s.cause
                 and v.day = (s.at at time zone 'Asia/Almaty')::date
                 and 'closed' = (select n.state from violation_version n where n.violation_id = v.violation_id
                                 order by n.version desc limit 1))
        from shown s
        order by 1, 2, 3, 7, s.seq
        on conflict (iin, bin, cause, day, closed_before) do nothing
        returning violation_id, at
    )
    insert into violation_version (violation_id, version, state, at) select violation_id, 1, 'open', at from fresh;
end
$$;

-- Nobody writes on about a violation of his own; and a new one does not take the number of one that the gateway saw.
create function act_check_violation(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    content jsonb := envelope -> 'act';
    reasons text[] := '{}';
    held violation_now;
begin
    if not act_holds(envelope, 'administrator', 'official', 'responsible') then
        reasons := reasons || text 'role-not-held';
    elsif not act_holds(envelope, 'administrator', 'official')
        and not act_reaches(envelope, content ->> 'iin', content ->> 'bin') then
        reasons := reasons || text 'not-competent';
    end if;
    if content ->> 'iin' = envelope ->> 'iin' and (content ->> 'violation' is not null or content ->> 'state' = 'closed') then
        reasons := reasons || text 'own-act';
    end if;
    if not exists (select from body where bin = content ->> 'bin') then
        reasons := reasons || text 'body-unknown';
    end if;
    if content ->> 'violation' is null then
        if not exists (select from person p join body b using (body_id)
                       where p.iin = content ->> 'iin' and b.bin = content ->> 'bin') then
            reasons := reasons || text 'object-unknown';
        end if;
        if exists (select from violation v where v.violation_id = (envelope ->> 'id')::uuid) then
            reasons := reasons || text 'query-replayed';
        end if;
    else
        -- Of whom, where and what stays as it is.
        select * into held from violation_now
        where violation_id = (content ->> 'violation')::uuid and iin = content ->> 'iin' and bin = content ->> 'bin'
            and cause = content ->> 'cause';
        if not found then
            reasons := reasons || text 'object-unknown';
        elsif (held.state, held.measure, held.note)
            is not distinct from (content ->> 'state', content ->> 'measure', content ->> 'note') then
            reasons := reasons || text 'already-so';
        end if;
    end if;
    -- Clause 44: what was found and done is said when it is closed.
    if content ->> 'state' = 'closed' and content ->> 'measure' is null and content ->> 'note' is null then
        reasons := reasons || text 'form-incomplete';
    end if;
    return reasons;
end
$$;

create function act_apply_violation(envelope jsonb, leaf bytea, signed bytea) returns void
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    content jsonb := envelope -> 'act';
    number uuid := coalesce(content ->> 'violation', envelope ->> 'id');
    arrived timestamptz := envelope ->> 'at';
begin
    if content ->> 'violation' is null then
        insert into violation (violation_id, iin, bin, cause, at)
        values (number, content ->> 'iin', content ->> 'bin', content ->> 'cause', arrived);
    end if;
    insert into violation_version (violation_id, version, state, measure, note, iin, at, act)
    values (number, (select coalesce(max(version), 0) + 1 from violation_version where violation_id = number),
            content ->> 'state', content ->> 'measure', content ->> 'note', envelope ->> 'iin', arrived, leaf);
end
$$;

create function read_violations(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    whole boolean := act_holds(reader, 'administrator', 'official');
    units bigint[] := act_units(reader);
    page integer := read_limit(filter);
    items jsonb;
    last bigint;
begin
    if not whole and not act_holds(reader, 'responsible') then
        return null;
    end if;
    select coalesce(jsonb_agg(jsonb_build_object(
               'violation', v.violation_id, 'iin', v.iin, 'bin', v.bin, 'cause', v.cause, 'state', v.state,
               'measure', v.measure, 'note', v.note, 'at', time_text(v.at), 'by', v.by_iin, 'entry', v.seq,
               'versions', v.version) order by v.ordinal desc), '[]'),
           case when count(*) = page then min(v.ordinal) end
        into items, last
    from (select * from violation_now n
          where (whole or n.bin = reader ->> 'bin' -- as act_reaches() has it
                  and (units is null
                       or exists (select from registration_now r
                                  where r.iin = n.iin and r.bin = n.bin and r.system_role = 'officer'
                                      and r.unit_id = any (units))))
              and n.ordinal < coalesce((filter ->> 'after')::bigint, 9223372036854775807)
              and (filter ->> 'state' is null or n.state = filter ->> 'state')
              and (filter ->> 'cause' is null or n.cause = filter ->> 'cause')
              and (filter ->> 'bin' is null or n.bin = filter ->> 'bin')
              and (filter ->> 'iin' is null or n.iin = filter ->> 'iin')
          order by n.ordinal desc limit page) v;
    return jsonb_build_object('items', items, 'next', last::text);
end
$$;

-- ---- incidents (clause 41) ----

create table incident (
    incident_id uuid primary key default gen_random_uuid(),
    ordinal bigint generated always as identity unique,
    kind text collate "C" not null check (kind in ('gateway', 'registry')),
    service smallint check (service between 1 and 76),
    since timestamptz not null,
    until timestamptz not null,
    at timestamptz not null,
    log_id integer not null,
    seq bigint not null,
    act bytea not null references act (leaf),
    unique nulls not distinct (kind, service, since),
    check ((service is null) = (kind = 'gateway')),
    check (until >= since)
);
select table_seal('incident');

-- Both kinds; told a second time, after an outcome that was not known, it is so already.
create function act_check_incident(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    content jsonb := envelope -> 'act';
    reasons text[] := '{}';
begin
    if (content ->> 'service' is null) <> (envelope ->> 'kind' = 'incident.gateway')
        or (content ->> 'service')::integer not between 1 and 76 or content ->> 'since' is null or content ->> 'until' is null then
        return array['act-malformed'];
    end if;
    if (content ->> 'until')::timestamptz < (content ->> 'since')::timestamptz then
        reasons := reasons || text 'period-wrong';
    end if;
    if exists (select from incident i
               where i.kind = split_part(envelope ->> 'kind', '.', 2)
                   and i.service is not distinct from (content ->> 'service')::smallint
                   and i.since = (content ->> 'since')::timestamptz) then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_incident(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into incident (kind, service, since, until, at, log_id, seq, act)
    select split_part($1 ->> 'kind', '.', 2), ($1 #>> '{act,service}')::smallint, ($1 #>> '{act,since}')::timestamptz,
        ($1 #>> '{act,until}')::timestamptz, ($1 ->> 'at')::timestamptz, a.log_id, a.seq, a.leaf
    from act a where a.leaf = $2
$$;

-- ---- the journal of emergencies (clause 45, App. 13) ----

create table journal_row (
    row_id uuid primary key, -- the act's id
    section smallint not null check (section between 1 and 6),
    number integer not null, -- № of App. 13, in its section
    actions text not null check (actions <> ''),
    minutes_max integer check (minutes_max >= 0),
    responsible text not null check (responsible <> ''),
    started_at timestamptz not null,
    ended_at timestamptz,
    causes text not null check (causes <> ''),
    measures text,
    corrects uuid unique references journal_row, -- each row is corrected at most once; a correction can be, too
    incident uuid references incident,
    iin text collate "C" not null,
    at timestamptz not null,
    act bytea not null references act (leaf),
    unique (section, number),
    check (ended_at >= started_at),
    check (corrects <> row_id)
);
create index journal_row_incident on journal_row (incident) where incident is not null;
select table_seal('journal_row');

create function act_check_journal(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    content jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator', 'official');
    -- The clock of who wrote it may be ahead as far as a message's.
    latest timestamptz := (envelope ->> 'at')::timestamptz + interval '300 s';
    begun timestamptz := content ->> 'started_at';
    ended timestamptz := content ->> 'ended_at';
begin
    if content ->> 'corrects' is not null then
        if not exists (select from journal_row where row_id = (content ->> 'corrects')::uuid) then
            reasons := reasons || text 'object-unknown';
        elsif exists (select from journal_row where corrects = (content ->> 'corrects')::uuid) then
            reasons := reasons || text 'already-so';
        end if;
    end if;
    if content ->> 'incident' is not null then
        if not exists (select from incident where incident_id = (content ->> 'incident')::uuid) then
            reasons := reasons || text 'object-unknown';
        elsif exists (select from journal_row j
                      where j.incident = (content ->> 'incident')::uuid
                          and j.row_id is distinct from (content ->> 'corrects')::uuid
                          and not exists (select from journal_row c where c.corrects = j.row_id)) then
            reasons := reasons || text 'already-so'; -- it has its row, which can be corrected
        end if;
    end if;
    if ended < begun or begun > latest or ended > latest then
        reasons := reasons || text 'period-wrong';
    end if;
    return reasons;
end
$$;

create function act_apply_journal(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into journal_row (row_id, section, number, actions, minutes_max, responsible, started_at, ended_at, causes,
                             measures, corrects, incident, iin, at, act)
    select (envelope ->> 'id')::uuid, x.section,
        (select coalesce(max(j.number), 0) + 1 from journal_row j where j.section = x.section), x.actions,
        x.minutes_max, x.responsible, x.started_at, x.ended_at, x.causes, x.measures, x.corrects, x.incident,
        envelope ->> 'iin', (envelope ->> 'at')::timestamptz, leaf
    from jsonb_to_record(envelope -> 'act')
        as x (section smallint, actions text, minutes_max integer, responsible text, started_at timestamptz,
              ended_at timestamptz, causes text, measures text, corrects uuid, incident uuid)
$$;

create function read_journal(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    page integer := read_limit(filter);
    items jsonb;
    last bigint;
begin
    if not act_holds(reader, 'administrator', 'official') then
        return null;
    end if;
    -- A place is section and number in one.
    select coalesce(jsonb_agg(jsonb_build_object(
               'row', j.row_id, 'section', j.section, 'number', j.number, 'actions', j.actions,
               'minutes_max', j.minutes_max, 'responsible', j.responsible, 'started_at', time_text(j.started_at),
               'ended_at', time_text(j.ended_at), 'causes', j.causes, 'measures', j.measures, 'corrects', j.corrects,
               'corrected_by', j.corrected_by, 'incident', j.incident, 'by', j.iin, 'at', time_text(j.at))
               order by j.place), '[]'),
           case when count(*) = page then max(j.place) end
        into items, last
    from (select r.*, c.row_id as corrected_by, (r.section::bigint << 32) + r.number as place
          from journal_row r left join journal_row c on c.corrects = r.row_id
          where (r.section::bigint << 32) + r.number > read_after(filter)
              and (filter ->> 'section' is null or r.section = (filter ->> 'section')::integer)
              and (filter ->> 'corrected' is not distinct from 'true' or c.row_id is null)
          order by r.section, r.number limit page) j;
    return jsonb_build_object('items', items, 'next', last::text);
end
$$;

-- Incidents with the row of the journal that completes each.
create view incident_now as
    select i.*, j.row_id
    from incident i
        left join lateral (select r.row_id from journal_row r
                           where r.incident = i.incident_id
                               and not exists (select from journal_row c where c.corrects = r.row_id)
                           limit 1) j on true;

create function read_incidents(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    page integer := read_limit(filter);
    items jsonb;
    last bigint;
begin
    if not act_holds(reader, 'administrator', 'official', 'prosecutor') then
        return null;
    end if;
    select coalesce(jsonb_agg(jsonb_build_object(
               'incident', i.incident_id, 'kind', i.kind, 'service', i.service, 'since', time_text(i.since),
               'until', time_text(i.until), 'entry', i.seq, 'row', i.row_id) order by i.ordinal desc), '[]'),
           case when count(*) = page then min(i.ordinal) end
        into items, last
    from (select * from incident_now n
          where n.ordinal < coalesce((filter ->> 'after')::bigint, 9223372036854775807)
              and (filter ->> 'open' is distinct from 'true' or n.row_id is null)
          order by n.ordinal desc limit page) i;
    return jsonb_build_object('items', items, 'next', last::text);
end
$$;

-- ---- announcements of planned work (clause 35) ----

create table announcement (
    announcement_id uuid primary key, -- the act's id
    ordinal bigint generated always as identity unique,
    replaces uuid unique references announcement,
    begins_at timestamptz not null,
    ends_at timestamptz not null,
    text_kk text not null check (text_kk <> ''),
    text_ru text not null check (text_ru <> ''),
    text_en text not null check (text_en <> ''),
    withdrawn boolean not null,
    iin text collate "C" not null,
    at timestamptz not null,
    act bytea not null references act (leaf),
    check (ends_at > begins_at),
    check (not withdrawn or replaces is not null),
    check (replaces <> announcement_id)
);
create index announcement_end on announcement (ends_at) where not withdrawn; -- every decision asks what runs
select table_seal('announcement');

create function act_check_announcement(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    content jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator');
    withdraws boolean := (content ->> 'withdrawn')::boolean;
    begun timestamptz := content ->> 'begins_at';
    ended timestamptz := content ->> 'ends_at';
    old announcement;
begin
    if content ->> 'announcement' is null then
        if withdraws then
            reasons := reasons || text 'object-unknown';
        end if;
    else
        select * into old from announcement where announcement_id = (content ->> 'announcement')::uuid;
        if not found then
            reasons := reasons || text 'object-unknown';
        elsif exists (select from announcement where replaces = old.announcement_id)
            or old.withdrawn and withdraws
            or (old.withdrawn, old.begins_at, old.ends_at, old.text_kk, old.text_ru, old.text_en)
                = (withdraws, begun, ended, content #>> '{text,kk}', content #>> '{text,ru}', content #>> '{text,en}') then
            reasons := reasons || text 'already-so';
        end if;
    end if;
    if ended <= begun or not withdraws and ended <= (envelope ->> 'at')::timestamptz then
        reasons := reasons || text 'period-wrong';
    end if;
    return reasons;
end
$$;

create function act_apply_announcement(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into announcement (announcement_id, replaces, begins_at, ends_at, text_kk, text_ru, text_en, withdrawn, iin, at,
                              act)
    select (envelope ->> 'id')::uuid, x.announcement, x.begins_at, x.ends_at, x.text ->> 'kk', x.text ->> 'ru',
        x.text ->> 'en', x.withdrawn, envelope ->> 'iin', (envelope ->> 'at')::timestamptz, leaf
    from jsonb_to_record(envelope -> 'act')
        as x (announcement uuid, begins_at timestamptz, ends_at timestamptz, text jsonb, withdrawn boolean)
$$;

-- What was announced and not replaced: those to come and those that run, and with past also the others.
create function announcements(moment timestamptz, past boolean, before bigint, page integer) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object(
        'items', coalesce(jsonb_agg(jsonb_build_object(
            'announcement', a.announcement_id, 'begins_at', time_text(a.begins_at), 'ends_at', time_text(a.ends_at),
            'text', jsonb_build_object('kk', a.text_kk, 'ru', a.text_ru, 'en', a.text_en),
            'running', not a.withdrawn and not a.replaced and a.begins_at <= moment and moment < a.ends_at,
            'withdrawn', a.withdrawn) order by a.ordinal desc), '[]'),
        'next', case when count(*) = page then min(a.ordinal)::text end)
    from (select n.*, exists (select from announcement r where r.replaces = n.announcement_id) as replaced
          from announcement n
          where n.ordinal < coalesce(before, 9223372036854775807)
              and (past or not n.withdrawn and n.ends_at > moment
                   and not exists (select from announcement r where r.replaces = n.announcement_id))
          order by n.ordinal desc limit page) a
$$;

create function read_announcements(reader jsonb, filter jsonb) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select announcements((reader ->> 'at')::timestamptz, filter ->> 'all' is not distinct from 'true',
                         (filter ->> 'after')::bigint, read_limit(filter))
$$;

-- ---- contacts of the operator (clause 27) ----

create table contact_version (
    contact_id smallint not null default 1 check (contact_id = 1),
    version integer not null,
    telephones text[] not null,
    emails text[] not null,
    iin text collate "C" not null,
    at timestamptz not null,
    act bytea not null references act (leaf),
    primary key (contact_id, version)
);
select table_version('contact_version', 'contact_id');

-- The newest, null before there are any.
create function contacts() returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object('telephones', to_jsonb(c.telephones), 'emails', to_jsonb(c.emails), 'at', time_text(c.at))
    from contact_version c order by c.version desc limit 1
$$;

create function act_check_contact(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    content jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator');
begin
    if content -> 'telephones' = '[]' and content -> 'emails' = '[]' then
        reasons := reasons || text 'form-incomplete'; -- clause 27 wants the operator to be reached
    end if;
    if contacts() - 'at' = jsonb_build_object('telephones', content -> 'telephones', 'emails', content -> 'emails') then
        reasons := reasons || text 'already-so';
    end if;
    return reasons;
end
$$;

create function act_apply_contact(envelope jsonb, leaf bytea, signed bytea) returns void
    language sql set search_path = qao, pg_temp
as $$
    insert into contact_version (version, telephones, emails, iin, at, act)
    select (select coalesce(max(version), 0) + 1 from contact_version),
        array(select jsonb_array_elements_text(envelope #> '{act,telephones}')),
        array(select jsonb_array_elements_text(envelope #> '{act,emails}')), envelope ->> 'iin',
        (envelope ->> 'at')::timestamptz, leaf
$$;

create function read_contacts(reader jsonb, filter jsonb) returns jsonb
    language sql stable set search_path = qao, pg_temp
as $$
    select jsonb_build_object('next', null, 'items',
                              case when contacts() is null then '[]' else jsonb_build_array(contacts()) end)
$$;

-- ---- what the gateway asks for itself ----

create function settings_read(out absence_suspension_days bigint, out refusals_per_hour bigint)
    language sql stable security definer set search_path = qao, pg_temp
as $$
    select max(value) filter (where name = 'absence_suspension_days'), max(value) filter (where name = 'refusals_per_hour')
    from setting
$$;

-- How much waits for somebody at that moment.
create function gauges_read(moment timestamptz, out applications bigint, out overdue bigint, out violations bigint,
                            out incidents bigint)
    language plpgsql stable security definer set search_path = qao, pg_temp
as $$
begin
    select count(*), count(*) filter (where due_at <= moment) into applications, overdue
    from application_now where state = 'filed';
    select count(*) into violations from violation_now where state = 'open';
    select count(*) into incidents from incident_now where row_id is null;
end
$$;

-- ---- how these are called, and by whom ----

insert into act_kind (kind, checker, applier, is_signed) values
    ('admin.setting', 'act_check_setting', 'act_apply_setting', true),
    ('admin.violation', 'act_check_violation', 'act_apply_violation', true),
    ('admin.journal', 'act_check_journal', 'act_apply_journal', true),
    ('admin.announcement', 'act_check_announcement', 'act_apply_announcement', true),
    ('admin.contact', 'act_check_contact', 'act_apply_contact', true),
    ('incident.gateway', 'act_check_incident', 'act_apply_incident', false),
    ('incident.registry', 'act_check_incident', 'act_apply_incident', false);
insert into reading (collection, reader, before_agreement) values
    ('settings', 'read_settings', false),
    ('violations', 'read_violations', false),
    ('journal', 'read_journal', false),
    ('incidents', 'read_incidents', false),
    ('announcements', 'read_announcements', true),
    ('contacts', 'read_contacts', true);

grant select on announcement to qao_gateway; -- officer_find
grant select on setting_version, violation, violation_version, incident, journal_row, announcement, contact_version
    to qao_reader;
grant execute on function violation_append(integer, bigint[], text[]), settings_read(), gauges_read(timestamptz)
    to qao_gateway;
