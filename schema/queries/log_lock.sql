-- One writer for one log: held until the session ends, so that a lost connection's transaction is surely over when the
-- next connection has it. Waits as long as lock_timeout. $1 log
select qao.log_lock($1::integer)
