-- The agreement (clause 14, App. 11).
set local role qao_owner;
set local search_path = qao;

alter table agreement add column language text collate "C" check (language in ('kk', 'ru')); -- null: seeded

create function act_check_agreement_text(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := role_check(envelope, 'administrator');
begin
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
    reasons text[] := role_check(envelope, 'officer');
    wanted agreement_text;
begin
    if coalesce(said ->> 'language' not in ('kk', 'ru'), true) or length(decode(said ->> 'signed', 'base64')) = 0 then
        return array['act-malformed'];
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
    if agreement_signed(envelope, wanted.version) then
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

insert into act_kind (kind, checker, applier, is_signed) values
    ('admin.agreement_text', 'act_check_agreement_text', 'act_apply_agreement_text', true),
    ('admin.agreement', 'act_check_agreement', 'act_apply_agreement', true);

-- The reader's role is for verification and reports by numbers: it needs not the signed texts.
grant select (person_id, text_version, signed_at, at, act, source, language) on agreement to qao_reader;
