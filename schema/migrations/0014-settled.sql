-- What became of acts of unknown outcome, as their registries say it when they are asked again (query.settled): after a
-- query.unknown alone, and nothing after the first word that is not "unknown".
set local role qao_owner;
set local search_path = qao;

-- Which entry settles which.
create table settlement (
    log_id integer not null,
    request_seq bigint not null,
    seq bigint not null check (seq > request_seq),
    is_final boolean not null,
    primary key (log_id, request_seq, seq)
);
create unique index settlement_final on settlement (log_id, request_seq) where is_final;
select table_seal('settlement');

create function entry_settles() returns trigger
    language plpgsql security definer set search_path = qao, pg_temp
as $$
declare
    request bigint;
    concluded text;
begin
    select c.seq into request from claim c
    where c.iin = new.iin and c.id = new.id and c.part = new.part and c.log_id = new.log_id;
    select e.kind into concluded from conclusion k join entry e on e.log_id = k.log_id and e.seq = k.seq
    where k.log_id = new.log_id and k.request_seq = request;
    if concluded is distinct from 'query.unknown' or new.outcome is null or new.outcome not in ('done', 'not-done', 'unknown') then
        raise exception 'entry % settles nothing that is unknown', new.seq using errcode = '23000';
    end if;
    -- Two writers there are none of one log, so that whoever looks here sees all.
    if exists (select from settlement s where s.log_id = new.log_id and s.request_seq = request and s.is_final) then
        raise exception 'entry % settles what is settled', new.seq using errcode = '23000';
    end if;
    insert into settlement (log_id, request_seq, seq, is_final)
    values (new.log_id, request, new.seq, new.outcome <> 'unknown');
    return null;
end
$$;
revoke execute on function entry_settles() from public;
create trigger entry_settles after insert on entry for each row when (new.kind = 'query.settled')
    execute function entry_settles();
alter table entry enable always trigger entry_settles;

grant select on settlement to qao_gateway, qao_reader;
