-- Where trying told more than it may, and where a right was left behind by a side door. Functions of earlier migrations as they
-- stand there, but for what each comment here says.
set local role qao_owner;
set local search_path = qao;

-- Whoever may not take an act learns nothing of the register by trying it: who is an officer where, and who is blocked, would
-- else be told to any holder of a certificate, one refused act for each question. Of one's own application and agreement
-- everything is told: they are about oneself.
create or replace function act_check(envelope jsonb) returns text[]
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

-- The list of networks of one's own body must hold the address one speaks from: with another the operator would lock himself
-- out, and there would be no way back but the database's superuser.
create or replace function act_check_body(envelope jsonb) returns text[]
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    said jsonb := envelope -> 'act';
    reasons text[] := '{}';
begin
    if not act_holds(envelope, 'administrator') then
        reasons := reasons || text 'role-not-held';
    end if;
    if not body_differs(said) and not body_networks_differ(said) then
        reasons := reasons || text 'already-so';
    end if;
    if said ->> 'bin' = envelope ->> 'bin'
        and not coalesce((envelope ->> 'peer')::inet
                         <<= any (array(select w::cidr from jsonb_array_elements_text(said -> 'networks') w)), false) then
        reasons := reasons || text 'form-mismatch';
    end if;
    return reasons;
end
$$;

-- A block of another cause does not stand against one for a violation: else who blocks himself in time could register in
-- another body before the violation is closed.
create or replace function act_check_block(envelope jsonb) returns text[]
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

-- Nobody writes on about a violation of his own; and a new one does not take the number of one that the gateway saw.
create or replace function act_check_violation(envelope jsonb) returns text[]
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

-- All of one application. difference compares what is asked for with what the applicant may do now. Which bases and duties
-- are allowed is policy's to say. What the applicant is in other bodies is shown to himself and the operator, who decides; a
-- responsible official is shown his own body.
create or replace function read_application(reader jsonb, filter jsonb) returns jsonb
    language plpgsql stable set search_path = qao, pg_temp
as $$
declare
    wanted application_now;
    whole boolean := act_holds(reader, 'administrator', 'official');
    beyond boolean;
    moment timestamptz := reader ->> 'at';
    has jsonb;
    held jsonb := '[]';
    asked jsonb;
begin
    select * into wanted from application_now where application_id = (filter ->> 'application')::uuid;
    if not found or not application_shown(reader, whole, act_holds(reader, 'responsible'), act_units(reader), wanted) then
        return null;
    end if;
    beyond := whole or wanted.iin = reader ->> 'iin';
    -- In this body, or where he is an officer now.
    select jsonb_build_object('bin', n.bin, 'unit', (select u.code from unit u where u.unit_id = n.unit_id), 'role', n.role,
                              'bases', n.bases, 'duties', n.duties, 'until', time_text(n.granted_until),
                              'state', state_at(n.state, n.granted_until, moment), 'version', n.version)
        into has
    from registration_now n
    where n.iin = wanted.iin and n.system_role = 'officer'
        and (n.bin = wanted.bin or beyond and state_at(n.state, n.granted_until, moment) = 'active')
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
                where beyond and n.iin = wanted.iin and n.bin <> wanted.bin and n.system_role = 'officer'
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

-- The reader's role is for verification and reports by numbers: it needs neither the signed texts of agreements nor names,
-- telephones and addresses.
revoke select on agreement, person_version from qao_reader;
grant select (person_id, text_version, signed_at, at, act, source, language) on agreement to qao_reader;
grant select (person_id, version, at, act, source) on person_version to qao_reader;
