-- What the register has against rows of an import. $1 who imports, $2 rows
select qao.import_check($1::text::jsonb, $2::text::jsonb)::text
