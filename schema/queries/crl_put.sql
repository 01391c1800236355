-- Keeps one version of a revocation list.
-- $1 digest, $2 issuer, $3 this update, $4 next update, $5 DER
insert into qao.crl (digest, issuer, this_update, next_update, der)
values ($1::bytea, $2::bytea, $3::timestamptz, $4::timestamptz, $5::bytea)
on conflict (digest) do nothing
