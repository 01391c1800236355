-- Fails unless each version is the newest of its registration; then they stay so until the commit.
-- $1 registrations, $2 versions
select qao.registration_confirm($1::bigint[], $2::integer[])
