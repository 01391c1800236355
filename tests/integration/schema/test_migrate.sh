#!/bin/sh
# The migration command: again and again, changed, missing, interrupted, wrong.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../../.." && pwd -P)
migrate=$root/schema/migrate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGUSER=postgres
failed=0

complain() {
    printf '%s\n' "$*"
    failed=$((failed + 1))
}

# refuses WORDS COMMAND...: fails, and says so in these words.
refuses() {
    words=$1
    shift
    if "$@" >"$work/out" 2>&1; then
        complain "did not fail: $*"
    elif ! grep -qF -- "$words" "$work/out"; then
        complain "did not say \"$words\": $(cat "$work/out")"
    fi
}

number() {
    psql -X -q -A -t -c "set search_path = qao" -c "$1"
}

cp -r "$root/schema/migrations" "$work/migrations with a space"
copy="$work/migrations with a space"

# The cluster is migrated: again changes nothing.
[ -z "$("$migrate" 2>&1)" ] || complain 'a second run did something'
"$migrate" --status >/dev/null || complain 'the status is not clean'
"$migrate" --migrations "$copy" || complain 'another folder of the same files is refused'

printf '\n-- changed\n' >>"$copy/0002-registration.sql"
refuses 'migration 2 (0002-registration.sql) was changed' "$migrate" --migrations "$copy"
cp "$root/schema/migrations/0002-registration.sql" "$copy/"
rm "$copy/0001-ground.sql"
refuses 'number 1 is missing' "$migrate" --migrations "$copy"
cp "$root/schema/migrations/0001-ground.sql" "$copy/"

last=$(find "$copy" -name '*.sql' | wc -l)
next=$(printf '%04d' $((last + 1)))
# One that fails half way leaves nothing of itself.
printf 'create table qao.half ();\nselect 1 / 0;\n' >"$copy/$next-half.sql"
refuses 'division by zero' "$migrate" --migrations "$copy"
[ "$(number "select to_regclass('qao.half') is null")" = t ] || complain 'half a migration stands'
refuses 'migrations are missing' "$migrate" --migrations "$copy" --status
# Two at once: one applies it, the other finds it applied.
printf 'create table qao.whole ();\nselect pg_sleep(0.3);\n' >"$copy/$next-half.sql"
"$migrate" --migrations "$copy" >"$work/one" 2>&1 &
"$migrate" --migrations "$copy" >"$work/two" 2>&1 || complain "the second migrator failed: $(cat "$work/two")"
wait $! || complain "the first migrator failed: $(cat "$work/one")"
[ "$(cat "$work/one" "$work/two" | grep -c applied)" -eq 1 ] || complain 'a migration was applied twice or never'
refuses 'newer than this program' "$migrate"
number "drop table whole; alter table migration disable trigger refuse_change; delete from migration where number > $last;
    alter table migration enable always trigger refuse_change"
"$migrate" || complain 'not clean at the end'

refuses 'unknown argument' "$migrate" --frobnicate
refuses 'needs a value' "$migrate" --log
refuses 'no folder of migrations' "$migrate" --migrations "$work/none"
"$migrate" --help | grep -q '^usage:' || complain 'no help'

# A log is made once, by its name alone.
[ "$("$migrate" --log 'one.example/log' 2>&1)" = 'made log one.example/log' ] || complain 'a log is not made, or it is not said'
[ -z "$("$migrate" --log 'one.example/log' 2>&1)" ] || complain 'a log is made twice'
"$migrate" --log "o'ne:log" >/dev/null || complain 'a name with a quote is refused'
[ "$(number "select string_agg(origin, ' ' order by log_id) from log")" = "one.example/log o'ne:log" ] || complain 'other logs are there'
refuses 'no white space' "$migrate" --log 'one more'
refuses 'needs a name' "$migrate" --log ''
refuses 'not with --log' "$migrate" --status --log 'one.example/log'
"$migrate" --status | grep -q 'one.example/log |  *0$' || complain 'the status does not list the logs'

# Large results that no record names are counted in the status, those of the last hour not yet.
number "insert into blob_large (digest, content, at) values (sha256('a'), 'a', '2026-01-05 10:00+00'), (sha256('b'), 'bb', '2026-01-05 11:00+00'),
    (sha256('c'), 'ccc', now())"
"$migrate" --status | grep -q '2026-01-05 .*|  *2 |  *3$' || complain "the status does not count: $("$migrate" --status)"

# A database of before the later migrations keeps its log.
old=$work/old
mkdir "$old"
cp "$root"/schema/migrations/000[123]-*.sql "$old/"
number 'create database old'
"$migrate" --dsn 'dbname=old' --migrations "$old" >/dev/null || complain 'an old database cannot be made'
psql -X -q -d old -c "set search_path = qao" -c "select log_make('old.example/log', 65536)" >/dev/null
refuses 'migrations are missing' "$migrate" --dsn 'dbname=old' --status
! "$migrate" --dsn 'dbname=old' --log 'old.example/log' | grep -q '^made log' || complain 'an old log is made again'
[ "$(psql -X -q -A -t -d old -c 'select log_id, partition_entries from qao.log')" = '1|65536' ] || complain 'an old log is not kept'
number 'drop database old'

[ "$failed" -eq 0 ] || exit 1
