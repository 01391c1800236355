-- When the newest entry was made. $1 log
select at from qao.entry where log_id = $1::integer order by seq desc limit 1
