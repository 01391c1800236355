#!/bin/sh
# Makes and fills the synthetic registries: one database, one owner (who cannot log in) and one role for each, whose only
# right is to execute that registry's functions. A second run changes nothing and keeps the acts that were done.
#
#   load.sh --psql "psql -h SOCKET -U SUPERUSER"   the command by which a superuser reaches the cluster
#   load.sh --ident USER [MAP]                     lines for pg_ident.conf: system user USER may be each registry's role
#   load.sh --configure DIR SOCKET_FOLDER USER     DIR/registries/NN.ini and DIR/services/NN.ini of qao-adapter, owned by
#                                                  USER; SOCKET_FOLDER is the cluster's
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
numbers=$(cd "$here/sql" && ls -- [0-9][0-9].sql | sed 's/\.sql$//')

fail() {
    printf 'load.sh: %s\n' "$*" >&2
    exit 1
}

sql() {
    database=$1
    shift
    # The command is words, not one word; PGOPTIONS keeps "already exists" quiet.
    # shellcheck disable=SC2086
    PGOPTIONS='-c client_min_messages=warning' $psql -X -q -v ON_ERROR_STOP=1 -d "$database" "$@"
}

make_role() {
    sql postgres -v role="$1" -v login="$2" <<'SQL'
select format('create role %I %s', :'role', :'login')
where not exists (select from pg_roles where rolname = :'role') \gexec
SQL
}

load() {
    name=qao_registry_$1
    make_role "${name}_owner" nologin
    make_role "$name" login
    sql postgres -v name="$name" <<'SQL'
-- All together leave the gateway its connections and the disk.
select format('alter role %I connection limit 8', :'name') \gexec
select format('alter role %I set temp_file_limit = ''64MB''', :'name') \gexec
select format('create database %I owner %I template template0 encoding ''UTF8'' lc_collate ''C.UTF-8'' lc_ctype ''C.UTF-8''',
              :'name', :'name' || '_owner')
where not exists (select from pg_database where datname = :'name') \gexec
select format('revoke all on database %I from public', :'name') \gexec
select format('grant connect on database %I to %I', :'name', :'name') \gexec
SQL
    # Large objects are in no schema of ours: whoever connects could fill the disk with them, which is the log's too; so
    # with messages in the write-ahead log.
    sql "$name" <<'SQL'
select format('revoke execute on function %s from public', oid::regprocedure)
from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_|loread$|lowrite$|pg_logical_emit_message$)' \gexec
SQL
    {
        printf 'begin;\nset local role %s_owner;\n' "$name"
        cat "$here/sql/country.sql" "$here/sql/$1.sql"
        printf 'revoke all on schema registry from public;\nrevoke all on all functions in schema registry from public;\n'
        printf 'grant usage on schema registry to %s;\ngrant execute on function %s to %s;\n' "$name" "$2" "$name"
        printf 'commit;\n'
    } | sql "$name" -f -
}

configure() {
    dir=$1 socket_folder=$2 user=$3
    as_user=
    if [ "$(id -u)" -eq 0 ]; then
        as_user="setpriv --reuid $user --regid $(id -g -- "$user") --clear-groups --no-new-privs --"
        # Folders that an earlier version made as root.
        for folder in "$dir/registries" "$dir/services"; do
            [ "$user" = root ] || [ ! -O "$folder" ] || rm -rf -- "$folder"
        done
    fi
    # shellcheck disable=SC2086
    $as_user mkdir -p "$dir/registries" "$dir/services"
    for number in $numbers; do
        printf '[registry]\nadapter = sql\n[sql]\nconninfo = host=%s dbname=qao_registry_%s user=qao_registry_%s\n' \
            "'$socket_folder'" "$number" "$number" | put 077 "$dir/registries/$number.ini"
        put 022 "$dir/services/$number.ini" <"$here/services/$number.ini"
    done
}

# put UMASK FILE: standard input becomes the file. USER writes it: in a folder of USER's a link could lead root elsewhere.
put() {
    # shellcheck disable=SC2086,SC2016
    $as_user sh -c 'umask "$1"; rm -f -- "$2" && cat >"$2"' sh "$1" "$2"
}

case ${1:-} in
--psql)
    psql=${2:?the psql command}
    load 01 'registry.individuals(text, text, text, text, text)'
    load 02 'registry.legal_entities(text)'
    load 05 'registry.vehicles(text, text, text, text)'
    load 11 'registry.contributions(text)'
    load 37 'registry.cross_checks(text)'
    load 57 'registry.impose(uuid, text), registry.settle(uuid)'
    ;;
--ident)
    for number in $numbers; do
        printf '%s %s qao_registry_%s\n' "${3:-qao}" "${2:?the system user}" "$number"
    done
    ;;
--configure)
    configure "${2:?DIR}" "${3:?SOCKET_FOLDER}" "${4:?USER}"
    ;;
*) fail 'see the first lines of this script' ;;
esac
