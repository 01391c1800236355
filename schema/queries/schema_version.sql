-- The newest migration that was applied.
select max(number) from qao.migration
