-- What belongs to a log is added by the session that holds its lock, and by no other with the gateway's role: one node that was
-- taken over cannot add to another's log and so stop it. The subquery is asked once for each statement.
set local role qao_owner;
set local search_path = qao;

-- The logs whose lock (log_lock) this session holds.
create function log_held() returns setof integer
    language sql stable set search_path = qao, pg_temp
as $$
    select l.objid::integer
    from pg_locks l
    where l.locktype = 'advisory' and l.classid = 711909 and l.objsubid = 2 and l.granted and l.mode = 'ExclusiveLock'
        and l.pid = pg_backend_pid() and l.database = (select oid from pg_database where datname = current_database())
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
                        with check (log_id in (select log_held()))', target);
    end loop;
end
$$;

-- Of a key that is there already PostgreSQL gives no detail under a policy, and the writer must know whose claim or conclusion was
-- refused: for these two, whose rows are small, a trigger.
create function log_mine() returns trigger
    language plpgsql set search_path = qao, pg_temp
as $$
begin
    if current_user = 'qao_gateway' and exists (select from added where log_id not in (select log_held())) then
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
