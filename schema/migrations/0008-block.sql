-- Who loses a right: blocks (clauses 13, 34, 44, 46) and absence (App. 11, R23).
set local role qao_owner;
set local search_path = qao;

-- ---- blocks (clauses 13, 34, 44, 46) ----

-- A block of another cause does not stand against one for a violation: else who blocks himself in time could register in
-- another body before the violation is closed.
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
    if old.state = 'ended'
        or old.state = 'blocked' and (said ->> 'cause' <> 'violation' or old.cause is not distinct from 'violation') then
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
    from officer_now(envelope #>> '{act,iin}', envelope #>> '{act,bin}') n
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
    from officer_now(envelope #>> '{act,iin}', envelope #>> '{act,bin}') n
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
    from officer_now(envelope #>> '{act,iin}', envelope #>> '{act,bin}') n
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
    reasons text[] := role_check(envelope, 'administrator') || body_check(said ->> 'bin');
    old registration_now;
begin
    if said ->> 'iin' = envelope ->> 'iin' then
        reasons := reasons || text 'own-act';
    end if;
    if coalesce(said ->> 'reason', '') = '' then
        reasons := reasons || text 'form-incomplete';
    end if;
    select * into old from officer_now(said ->> 'iin', said ->> 'bin');
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
    from officer_now(envelope #>> '{act,iin}', envelope #>> '{act,bin}') n
$$;

insert into act_kind (kind, checker, applier, is_signed) values
    ('admin.block', 'act_check_block', 'act_apply_block', true),
    ('admin.suspension', 'act_check_suspension', 'act_apply_suspension', true),
    ('admin.absence', 'act_check_absence', 'act_apply_absence', false),
    ('admin.suspended', 'act_check_suspended', 'act_apply_suspended', false);

grant select on absence to qao_reader;
grant execute on function absence_find(timestamptz, integer) to qao_gateway;
