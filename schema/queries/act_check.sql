-- All reasons against an act, as codes. $1 envelope
select qao.act_check($1::text::jsonb)
