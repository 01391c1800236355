-- The newest head. $1 log
select size, root, checkpoint, open_from from qao.head where log_id = $1::integer order by size desc limit 1
