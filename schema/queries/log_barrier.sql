-- A write whose commit waits for all that was written before it; nothing is left in any table.
select pg_logical_emit_message(true, 'qao', 'barrier')
