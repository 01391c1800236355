#!/bin/sh
# What each role may not do, and what nobody may: each attempt is named with the SQLSTATE it must fail with.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# attempt ROLE SQLSTATE SQL: noted for later; "00000" means that it must succeed. Always rolled back.
attempt() {
    printf 'begin;\nset local search_path = qao;\n%s\n\\echo %s :SQLSTATE %s\nrollback;\n' "$3" "$2" \
        "$(printf '%s' "$3" | tr -d "'\":\\\\")" >>"$work/$1.sql"
}

# Runs what was noted and tells each attempt that did not end as it must.
settle() {
    for script in "$work"/*.sql; do
        role=$(basename "$script" .sql)
        psql -X -q -A -t -U "$role" -f "$script" >"$work/out" 2>/dev/null
        [ "$(grep -c '^[0-9A-Z]\{5\} [0-9A-Z]\{5\} ' "$work/out")" -eq "$(grep -c '^begin;$' "$script")" ] || {
            echo "$role: not every attempt was answered"
            failed=1
        }
        grep '^[0-9A-Z]\{5\} [0-9A-Z]\{5\} ' "$work/out" | while read -r wanted got sql; do
            [ "$wanted" = "$got" ] || printf 'as %s: %s gave %s, not %s\n' "$role" "$sql" "$got" "$wanted"
        done >"$work/wrong"
        [ ! -s "$work/wrong" ] || failed=1
        cat "$work/wrong"
    done
}
failed=0

psql -X -q -U postgres <<'SQL'
set search_path = qao;
insert into body (bin) values ('300140000015');
insert into person (iin, body_id) select '500101100000', body_id from body;
insert into registration (person_id, system_role) select person_id, 'officer' from person;
insert into registration_version (registration_id, version, system_role, state, role, source)
select registration_id, 1, 'officer', 'active', 2, 'test' from registration;
select log_make('rights.example/log', 65536) \g /dev/null
SQL

access="act_kind act reading upload application application_version absence import import_part"
duty="import_end setting_version violation violation_version incident journal_row announcement contact_version"
tables="$access $duty log entry subject blob blob_large claim conclusion tile head body body_version body_network unit unit_version
person person_version registration registration_version agreement_text agreement crl migration"
partitions="entry_1_0 subject_1_0 blob_1_0"

# Grants: the gateway and the reader change nothing and remove nothing.
for table in $tables $partitions; do
    column=$(psql -X -q -A -t -U postgres -c "select attname from pg_attribute where attrelid = 'qao.$table'::regclass 
        and attnum > 0 and attidentity = '' order by attnum limit 1")
    for role in qao_gateway qao_reader; do
        attempt "$role" 42501 "update $table set $column = $column;"
        attempt "$role" 42501 "delete from $table;"
        attempt "$role" 42501 "truncate $table;"
        attempt "$role" 42501 "drop table $table;"
        attempt "$role" 42501 "alter table $table disable trigger all;"
    done
    # Triggers: nor does the owner, nor the superuser, nor a session that plays the replica.
    attempt postgres QAO01 "update $table set $column = $column;"
    attempt postgres QAO01 "delete from $table;"
    attempt postgres QAO01 "truncate $table cascade;"
    attempt postgres QAO01 "set local role qao_owner; delete from $table;"
    attempt postgres QAO01 "set local session_replication_role = replica; delete from $table;"
done

# The gateway adds to the log and to nothing else; registrations are not its own to give.
for table in body body_version body_network unit unit_version person person_version registration registration_version \
    agreement_text agreement migration log $access $duty; do
    attempt qao_gateway 42501 "insert into $table overriding system value select * from $table;"
done
for table in $tables; do
    attempt qao_reader 42501 "insert into $table overriding system value select * from $table;"
done
attempt qao_gateway 42501 "insert into entry (log_id, seq, opens, at, kind, leaf) values (1, 0, false, now(), 'k', 'x');" # without the log's lock
attempt qao_gateway 42501 "insert into claim (log_id, seq, iin, id, part) values (1, 0, 'x', gen_random_uuid(), 0);"
attempt qao_gateway 42501 "insert into conclusion values (1, 5, 6);"
attempt qao_gateway 42501 "insert into tile values (1, 0, 0, sha256(''), decode(repeat('00', 8192), 'hex'));"
attempt qao_gateway 42501 "insert into subject values (1, 0, 0, 1, sha256(''));"
attempt qao_gateway 42501 "insert into blob (log_id, seq, kind, digest, content) values (1, 0, 'k', sha256(''), '');"
attempt qao_gateway 42501 "select set_config('qao.log', '2', true); insert into tile values (1, 0, 0, sha256(''), decode(repeat('00', 8192), 'hex'));"
attempt qao_gateway 00000 "select log_lock(1); insert into claim (log_id, seq, iin, id, part) values (1, 0, 'x', gen_random_uuid(), 0);"
attempt qao_gateway 00000 "select log_lock(1); insert into entry (log_id, seq, opens, at, kind, leaf) values (1, 0, false, now(), 'k', 'x');"
attempt qao_gateway 42501 "insert into entry_1_0 (log_id, seq, opens, at, kind, leaf) values (1, 0, false, now(), 'k', 'x');"
attempt qao_gateway 42501 "create table qao.mine ();"
attempt qao_gateway 42501 "create table public.mine ();"
attempt qao_gateway 42501 "create schema mine;"
attempt qao_gateway 42501 "set local role qao_owner;"
attempt qao_gateway 42501 "select qao.table_seal('qao.entry');"
attempt qao_gateway 22023 "select qao.log_partition_make(1, 10000000);"
attempt qao_reader 42501 "select qao.log_partition_make(1, 0);"
for role in qao_gateway qao_reader; do
    attempt "$role" 42501 "select qao.log_make('other.example/log', 65536);"
done
for name in '' 'a b' 'a+b' "$(printf '%0256d' 0)"; do
    attempt postgres 22023 "select qao.log_make('$name');"
done
attempt postgres 23514 "select qao.log_make('other.example/log', 65535);"
attempt postgres 00000 "set local role qao_owner; select qao.log_make('other.example/log');"
attempt qao_reader 42501 "select content from blob_large;"
attempt qao_reader 42501 "select qao.registration_confirm('{1}', '{1}');"

# Locks by which the writer and changes of rights take turns: by no other way than the functions made for it.
for role in qao_gateway qao_reader; do
    for call in 'pg_advisory_lock(7119086001)' 'pg_advisory_lock_shared(7119086001)' 'pg_advisory_lock(711909, 1)' \
        'pg_advisory_xact_lock(7119086001)' 'pg_advisory_xact_lock_shared(7119086001)' 'pg_try_advisory_lock(711909, 1)' \
        'pg_try_advisory_xact_lock(711908, 1)' 'pg_advisory_unlock_all()' "pg_logical_emit_message(false, 'a', 'b')" \
        'qao.registration_gate_key()'; do
        attempt "$role" 42501 "select $call;"
    done
done
attempt qao_reader 42501 "select qao.log_lock(1);"
attempt qao_reader 42501 "select qao.log_barrier();"
attempt qao_gateway 00000 "select qao.log_lock(1);"
attempt qao_gateway 22023 "select qao.log_lock(2);"
attempt qao_gateway 00000 "select qao.log_barrier();"
[ "$(psql -X -q -A -t -U postgres -c "select count(*) from pg_proc where pronamespace = 'pg_catalog'::regnamespace
    and proname ~ 'advisory' and has_function_privilege('qao_reader', oid, 'execute')")" = 0 ] || {
    echo 'an advisory lock function is everybody'"'"'s'
    failed=1
}

# What fills a disk: large objects and temporary tables.
for role in qao_gateway qao_reader; do
    for call in 'lo_create(0)' 'lo_creat(-1)' "lo_from_bytea(0, 'x')" "lo_put(1, 0, 'x')" 'lo_open(1, 131072)' \
        "lowrite(0, 'x')"; do
        attempt "$role" 42501 "select $call;"
    done
    attempt "$role" 42501 "create temporary table mine ();"
    for database in postgres template1; do
        if psql -X -q -U "$role" -d "$database" -c 'select 1' >/dev/null 2>&1; then
            echo "$role connects to $database"
            failed=1
        fi
    done
done

# Nor connections, nor what a statement spills.
attempt qao_reader 42501 "set local temp_file_limit = -1;"
attempt qao_reader 22012 "select 1 / (setting::bigint - 1048576) from pg_settings where name = 'temp_file_limit';"
attempt qao_reader 22012 "select 1 / (rolconnlimit - 16) from pg_roles where rolname = current_user;"

# Large blobs that no entry names are found, by the operator alone.
attempt qao_gateway 42501 "select * from blob_unreferenced;"
attempt qao_reader 42501 "select * from blob_unreferenced;"
attempt postgres 22012 "insert into blob_large (digest, content) values (sha256('x'), 'x'); select 1 / (count(*) - 1) from blob_unreferenced where bytes = 1 and digest = sha256('x');"
attempt postgres 22012 "insert into blob_large (digest, content) values (sha256('x'), 'x'); insert into blob (log_id, seq, kind, digest, large_id) select 1, 0, 'k', digest, large_id from blob_large; select 1 / count(*) from blob_unreferenced;"

# The register's own functions are for acts alone, and views that show it are not the gateway's.
attempt qao_gateway 42501 "select act_apply_setting(null, null, null);"
attempt qao_gateway 42501 "select read_violations(null, null);"
attempt qao_gateway 42501 "select * from violation_now;"
attempt qao_gateway 42501 "select * from journal_row;"
attempt qao_gateway 22023 "select act_apply(1, '{}', '{}', '{}', '{}');" # it would only take the gate
attempt qao_gateway 22023 "select act_apply(1, null, null, null, null);"
attempt qao_gateway 22023 "select act_apply(1, '{0,1}', '{x}', '{null}', '{null}');"
attempt qao_gateway 22023 "select violation_append(1, '{0}', '{refusals}');"
attempt qao_reader 42501 "select violation_append(1, '{0}', '{refusals}');"
attempt qao_reader 42501 "select settings_read();"
for column in signed envelope; do attempt qao_reader 42501 "select $column from act;"; done
for column in form scan; do attempt qao_reader 42501 "select $column from application;"; done
attempt qao_reader 42501 "select signed from agreement;"
for column in surname given patronymic position contact; do attempt qao_reader 42501 "select $column from person_version;"; done
attempt qao_reader 00000 "select text_version, language, signed_at from agreement join person_version using (person_id);"
attempt qao_reader 00000 "select leaf from act join application a on a.act = leaf;"

# Shapes: each wrong value by the constraint that is there for it.
attempt qao_gateway 23514 "select log_lock(1); insert into entry (log_id, seq, opens, at, kind, leaf) values (1, 0, false, now(), 'k', '');"
attempt qao_gateway 23514 "select log_lock(1); insert into entry (log_id, seq, opens, at, kind, leaf) values (1, 99999999, false, now(), 'k', 'x');"
attempt qao_gateway 23514 "select log_lock(1); insert into subject values (1, 0, 0, 1, 'short');"
attempt qao_gateway 23514 "select log_lock(1); insert into blob (log_id, seq, kind, digest) values (1, 0, 'k', sha256(''));"
attempt qao_gateway 23514 "insert into conclusion values (1, 5, 5);"
attempt qao_gateway 23503 "select log_lock(1); insert into blob (log_id, seq, kind, digest, large_id) values (1, 0, 'k', sha256(''), 77);"
attempt qao_gateway QAO03 "insert into head values (1, 2, 1, 0, now(), sha256(''), 'c');"
attempt qao_gateway QAO05 "insert into head values (1, 1, 0, 0, now(), sha256(''), 'c');"
attempt postgres 23514 "insert into registration_version (registration_id, version, system_role, state, source) values (1, 2, 'officer', 'active', 'test');"
attempt postgres 23514 "insert into registration_version (registration_id, version, system_role, state, role) values (1, 2, 'officer', 'blocked', 2);"
attempt postgres 23514 "insert into registration_version (registration_id, version, system_role, state, role, act, source) values (1, 2, 'officer', 'blocked', 2, sha256('x'), 'test');"
attempt postgres 23503 "insert into registration_version (registration_id, version, system_role, state, role, act) values (1, 2, 'officer', 'blocked', 2, sha256('x')); set constraints all immediate;"
attempt postgres QAO04 "insert into registration_version (registration_id, version, system_role, state, role, source) values (1, 3, 'officer', 'active', 2, 'test');"
attempt postgres 23503 "insert into registration_version (registration_id, version, system_role, state, act_number, act_date, source) values (1, 2, 'official', 'active', '1', '2026-01-01', 'test');"

settle

# Who has no name in pg_ident.conf does not come in, and there is no network to come by.
if psql -X -q -U qao_owner -c 'select 1' >/dev/null 2>&1; then
    echo 'the owner can log in'
    failed=1
fi
[ -z "$(psql -X -q -A -t -U postgres -c 'show listen_addresses')" ] || {
    echo 'the server listens on a network'
    failed=1
}

[ "$failed" -eq 0 ] || exit 1
