-- What access.sql says it with. Each act is its own transaction with its entry, as the gateway's writer makes them.
select qao.log_make('access.example/log', 65536) \g /dev/null
create schema test;
create sequence test.seq minvalue 0;
create table test.recorded (id uuid primary key, digest text not null);
grant usage on schema test to qao_gateway;
grant usage on sequence test.seq to qao_gateway;
grant select, insert on test.recorded to qao_gateway;

create function test.moment() returns timestamptz language sql as $$ select coalesce(nullif(current_setting('test.at', true), '')::timestamptz, now()) $$;

create function test.envelope(kind text, signer text, act jsonb, id uuid, extra jsonb) returns jsonb language sql as $$
    select jsonb_strip_nulls(jsonb_build_object('kind', kind, 'type', 'qao.test/1', 'id', id, 'iin', split_part(signer, '@', 1),
        'bin', split_part(signer, '@', 2), 'peer', coalesce(nullif(split_part(signer, '@', 3), ''), '127.0.0.1'), 'at', test.moment()))
        || jsonb_build_object('act', act) || case when extra is null then '{}' else jsonb_build_object('extra', extra) end
$$;

-- As much of an entry's leaf as the register looks at.
create function test.leaf(kind text, number bigint, signed bytea) returns bytea language sql as $$
    select convert_to(jsonb_strip_nulls(jsonb_build_object('kind', kind, 'number', number, 'act',
        jsonb_build_object('sha256', encode(sha256(signed), 'hex'))))::text, 'UTF8')
$$;

-- Records an act of "IIN@BIN[@address]", or of the gateway when there is no signer; its id.
create function test.record(kind text, signer text, act jsonb, extra jsonb default null, id uuid default gen_random_uuid())
    returns uuid language plpgsql as $$
declare
    number bigint := nextval('test.seq');
    signed bytea := convert_to(act::text || id, 'UTF8');
    said jsonb := test.envelope(kind, signer, act, case when signer is not null then id end, extra);
    leaf bytea;
begin
    if signer is null then
        signed := null;
        said := said - 'peer';
    else
        said := said || jsonb_build_object('digest', encode(sha256(signed), 'hex'));
        insert into test.recorded values (id, encode(sha256(signed), 'hex')) on conflict do nothing;
    end if;
    perform qao.log_lock(1);
    leaf := test.leaf(kind, number, signed);
    perform qao.act_apply(1, array[number], array[sha256('\x00'::bytea || leaf)], array[said], array[signed]);
    insert into qao.entry (log_id, seq, opens, at, kind, iin, body, leaf)
    values (1, number, false, test.moment(), kind, said ->> 'iin', said ->> 'bin', leaf);
    return id;
end
$$;

-- The act has just these reasons against it, before and in the transaction.
create function test.refuses(wanted text, kind text, signer text, act jsonb, extra jsonb default null,
                             id uuid default gen_random_uuid()) returns void language plpgsql as $$
declare
    said jsonb := test.envelope(kind, signer, act, case when signer is not null then id end, extra);
    got text := array_to_string(qao.act_check(said), ' ');
begin
    if got is distinct from wanted then
        raise exception '% by % is refused with "%", not "%": %', kind, signer, got, wanted, act;
    end if;
    begin
        perform test.record(kind, signer, act, extra, id);
    exception when sqlstate 'QAO02' then
        return;
    end;
    raise exception '% was recorded in spite of "%"', kind, wanted;
end
$$;

create function test.digest(named uuid) returns text language sql as $$ select digest from test.recorded where id = named $$;

create function test.is(what text, got text, wanted text) returns void language plpgsql as $$
begin
    if got is distinct from wanted then
        raise exception '%: "%", not "%"', what, got, wanted;
    end if;
end
$$;

-- A page, as a text of one member of each item.
create function test.shows(collection text, signer text, filter jsonb, member text, wanted text) returns void
    language plpgsql as $$
declare
    page jsonb := qao.read(collection, test.envelope('', signer, 'null', null, null), filter);
begin
    perform test.is(collection || ' ' || filter || ' for ' || signer, case when page is null then 'not permitted' else
        coalesce((select string_agg(item #>> string_to_array(member, '.'), ' ' order by n)
                  from jsonb_array_elements(page -> 'items') with ordinality as x (item, n)), '') end, wanted);
end
$$;
-- A decision that registers an officer of role 2 as he asked.
create function test.decision(named uuid) returns jsonb language sql as $$
    select jsonb_build_object('application', named, 'digest', test.digest(named), 'outcome', 'registered', 'reason', null,
        'rights', '{"role":2,"bases":["operative_search"],"duties":[],"until":null}'::jsonb)
$$;

-- A page of a filter that is not of its form.
create function test.attempt(collection text, filter jsonb) returns void language plpgsql as $$
begin
    perform qao.read(collection, test.envelope('', '520101100222@300240001502', 'null', null, null), filter);
    raise exception '% took %', collection, filter;
exception when sqlstate 'QAO08' then
    null;
end
$$;
grant execute on all functions in schema test to qao_gateway;
