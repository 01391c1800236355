-- A write whose commit waits for all that was written before it; nothing is left in any table.
select qao.log_barrier()
