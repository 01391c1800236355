-- What belongs to a log is added by the session that holds its lock, and by no other with the gateway's role: one node that was
-- taken over cannot add to another's log and so stop it. The subquery is asked once for each statement.
set local role qao_owner;
set local search_path = qao;

-- For log_held() alone: at the owner's rights, like the locks of 0001.
reset role;
grant execute on function pg_try_advisory_xact_lock(integer, integer) to qao_owner;
set local role qao_owner;

-- As in 0003; the session keeps the number, so that log_held() need not look for it among all locks of the cluster.
create or replace function log_lock(log_number integer) returns void
    language plpgsql security definer set search_path = qao, pg_temp
as $$
begin
    if not exists (select from log where log_id = log_number) then
        raise exception 'there is no log %', log_number using errcode = '22023';
    end if;
    perform pg_advisory_lock(711909, log_number);
    perform set_config('qao.log', log_number::text, false);
end
$$;

-- The log whose lock this session holds; null: none. Whoever sets the number by hand gains nothing: another session's lock is
-- not to be had, and a free one can be taken by log_lock() as well.
create function log_held() returns integer
    language plpgsql security definer set search_path = qao, pg_temp
as $$
declare
    number integer := nullif(current_setting('qao.log', true), '');
begin
    return case when number is not null and pg_try_advisory_xact_lock(711909, number) then number end;
end
$$;
grant execute on function log_held() to qao_gateway;

do $$
declare
    target text;
begin
    foreach target in array array['entry', 'subject', 'blob', 'tile', 'head'] loop
        execute format('alter table %I enable row level security', target);
        execute format('create policy everybody on %I for select using (true)', target);
        execute format('create policy writer on %I for insert to qao_gateway
                        with check (log_id = (select log_held()))', target);
    end loop;
end
$$;

-- Of a key that is there already PostgreSQL gives no detail under a policy, and the writer must know whose claim or conclusion was
-- refused: for these two, whose rows are small, a trigger.
create function log_mine() returns trigger
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    held integer := log_held();
begin
    if current_user = 'qao_gateway' and exists (select from added where log_id is distinct from held) then
        raise exception 'this session does not hold the lock of the log' using errcode = 'insufficient_privilege';
    end if;
    return null;
end
$$;
create trigger log_mine after insert on claim referencing new table as added
    for each statement execute function log_mine();
create trigger log_mine after insert on conclusion referencing new table as added
    for each statement execute function log_mine();
alter table claim enable always trigger log_mine;
alter table conclusion enable always trigger log_mine;
