-- $1 digest
select der from qao.crl where digest = $1::bytea
