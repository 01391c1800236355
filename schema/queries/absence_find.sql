-- What is to be done about absent officers: acts to announce and to suspend. $1 time, $2 how many at most
select qao.absence_find($1::timestamptz, $2::integer)::text
