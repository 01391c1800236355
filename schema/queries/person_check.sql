-- What is said against any person who signs or reads: of no known body, outside its networks. $1 reader
select qao.person_check($1::text::jsonb)
