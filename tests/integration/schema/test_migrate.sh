#!/bin/sh
# The migration command and the seed: again and again, changed, missing, interrupted, wrong.
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
refuses 'needs a value' "$migrate" --seed
refuses 'cannot read the seed file' "$migrate" --seed "$work/none"
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

# A database of before logs were made by the operator keeps its own.
old=$work/old
mkdir "$old"
cp "$root"/schema/migrations/000[123]-*.sql "$old/"
number 'create database old'
"$migrate" --dsn 'dbname=old' --migrations "$old" >/dev/null || complain 'an old database cannot be made'
psql -X -q -d old -U qao_gateway -c "select qao.log_open('old.example/log', 65536)" >/dev/null
refuses 'migrations are missing' "$migrate" --dsn 'dbname=old' --status
[ "$("$migrate" --dsn 'dbname=old' --log 'old.example/log' | grep -c log)" -eq 1 ] || complain 'an old log is made again'
[ "$(psql -X -q -A -t -d old -c 'select log_id, partition_entries from qao.log')" = '1|65536' ] || complain 'an old log is not kept'
number 'drop database old'

# The seed.
cat >"$work/seed" <<'SEED'
# the model police
body	300140000015	police	4	127.0.0.0/8,10.0.0.0/8	Полиция қк	Полиция	Police
officer	500101100000	300140000015	dep.1	2	active	operative_search,other_duties	app4.1	-	1

unit	300140000015	dep.1	dep	б1	о1	d1
unit	300140000015	dep	-	б	о	d
agreement	1	2026-01-01T00:00:00+05:00	Бір\nекі\\n	Раз
person	500101100000	300140000015	О'ХАРА'); drop table qao.person; --	А	-	-
holder	500101100000	300140000015	-	responsible	active	17-қ	2026-11-22
SEED
state="select (select count(*) from body_version) || ' ' || (select count(*) from unit_version) || ' '
    || (select count(*) from person_version) || ' ' || (select count(*) from registration_version) || ' '
    || (select count(*) from agreement)"
for round in 1 2; do
    "$migrate" --seed "$work/seed" || complain "round $round failed"
    [ "$(number "$state")" = '1 2 1 2 1' ] || complain "after round $round: $(number "$state")"
done
[ "$(number "select kk from agreement_text")" = "Бір
екі\\n" ] || complain 'the text of the agreement is not what was meant'
sed 's/	2	active/	2	blocked/' "$work/seed" >"$work/changed"
"$migrate" --seed "$work/changed" || complain 'a change is refused'
[ "$(number "$state")" = '1 2 1 3 1' ] || complain "after a change: $(number "$state")"
[ "$(number "select state from registration_version where system_role = 'officer' order by version desc limit 1")" = blocked ] ||
    complain 'the newest version is not the changed one'

# wrong SED-SCRIPT WORDS: the changed file is refused in these words and changes nothing.
wrong() {
    sed "$1" "$work/seed" >"$work/wrong"
    refuses "$2" "$migrate" --seed "$work/wrong"
    [ "$(number "$state")" = '1 2 1 3 1' ] || complain "$1: something of a wrong file stands"
}
wrong 's/^person/persona/' 'line 8: unknown kind of line'
wrong 's/^person	500101100000/person	500101100001/' 'line 8, field IIN: wrong check digit'
wrong 's/	2	active/	16	active/' 'line 3, field role'
wrong 's/	2	active/	2	asleep/' 'line 3, field state'
wrong 's/operative_search,/operative_search,telepathy,/' 'line 3, field bases'
wrong 's/	1$/	9/' 'no such version of the agreement'
wrong 's/	dep.1	2	/	dep.7	2	/' 'the body has no such unit'
wrong 's/10.0.0.0\/8/10.0.0.1\/8/' 'line 2 (body): invalid cidr value'
wrong 's/	Police$//' 'line 2: body has 7 fields after its kind, not 6'
wrong 's/	Police$/	/' 'line 2, field name en: empty'
wrong 's/Раз$/Два/' 'this version of the agreement has another text'
wrong '/^unit	300140000015	dep	/d;s/	dep	б1/	gone	б1/' 'no line of its own'
wrong 's/^officer	500101100000	300140000015/officer	500101200007	300140000015/' 'no person has this IIN'
wrong "s/Police$/Pol$(printf '\003')ice/" 'line 2, field name en: a control character'
printf '\357\273\277' | cat - "$work/seed" >"$work/bom"
"$migrate" --seed "$work/bom" || complain 'a byte order mark before a comment is refused'

[ "$failed" -eq 0 ] || exit 1
