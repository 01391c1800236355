-- The import that is not done yet; null when there is none.
select qao.import_unfinished()::text
