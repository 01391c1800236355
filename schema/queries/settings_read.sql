-- The operator's settings as they are now.
select absence_suspension_days, refusals_per_hour from qao.settings_read()
