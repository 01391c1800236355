-- Ends the own lost session, which may still hold the lock. $1 its backend
select pg_terminate_backend(a.pid) from pg_stat_activity a where a.pid = $1::integer and a.usename = current_user
