-- What waits for somebody. $1 time
select applications, overdue, violations, incidents from qao.gauges_read($1::timestamptz)
