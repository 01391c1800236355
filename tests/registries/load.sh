#!/bin/sh
# The synthetic registries: fills those that are databases, and configures an adapter for all of them. A database has one
# owner (who cannot log in) and one role, whose only right is to execute that registry's functions. Loading again makes
# everything anew but the acts that were done.
#
#   load.sh --psql "psql -h SOCKET -U SUPERUSER"   the command by which a superuser reaches the cluster
#   load.sh --ident USER [MAP]                     lines for pg_ident.conf: system user USER may be each registry's role
#   load.sh --configure DIR SOCKET_FOLDER USER [STANDIN]
#       DIR/registries/NAME.ini and DIR/services/NN.ini of qao-adapter, owned by USER; SOCKET_FOLDER is the cluster's. STANDIN
#       is the folder of the running stand-in program (tests/registries/standin); without it only what is a database.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

# registries ADAPTER: name and services of each.
registries() {
    awk -F'\t' -v adapter="$1" '!/^#/ && $2 == adapter { print $1 " " $3 }' "$here/registries.tsv"
}

# Databases of services that the stand-in program serves too, for adapters without it.
besides='individuals 1
entities 2'

databases() {
    registries sql
    printf '%s\n' "$besides"
}

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

# One registry's roles and database. All together leave the gateway its connections and the disk.
cluster_of() {
    sed "s/@/qao_registry_$1/g" <<'SQL'
select 'create role @_owner nologin' where not exists (select from pg_roles where rolname = '@_owner') \gexec
select 'create role @ login' where not exists (select from pg_roles where rolname = '@') \gexec
alter role @ connection limit 6;
alter role @ set temp_file_limit = '64MB';
select 'create database @ owner @_owner template template0 encoding ''UTF8'' lc_collate ''C.UTF-8'' lc_ctype ''C.UTF-8'''
where not exists (select from pg_database where datname = '@') \gexec
revoke all on database @ from public;
grant connect on database @ to @;
SQL
}

# Large objects are in no schema of ours: whoever connects could fill the disk with them, which is the log's too; so with
# messages in the write-ahead log.
bar_large_objects() {
    cat <<'SQL'
select format('revoke execute on function %s from public', oid::regprocedure)
from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_|loread$|lowrite$|pg_logical_emit_message$)' \gexec
SQL
}

load() {
    rows=$(mktemp -d)
    trap 'rm -rf -- "$rows"' EXIT
    /usr/bin/python3 "$here/fill.py" "$rows" || fail 'the country could not be written'
    databases | while read -r name _; do cluster_of "$name"; done | sql postgres -f -
    for file in "$rows"/*.sql; do
        name=${file##*/}
        { bar_large_objects && cat "$file"; } | sql "qao_registry_${name%.sql}" -f -
    done
}

configure() {
    dir=$1 socket_folder=$2 user=$3 standin=$4
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
    # What a registry or service was before is not to stay.
    # shellcheck disable=SC2086,SC2016
    for folder in "$dir/registries" "$dir/services"; do $as_user sh -c 'rm -f -- "$1"/*' sh "$folder"; done
    databases | while read -r name numbers; do
        [ -z "$standin" ] || [ ! -f "$standin/clients/$name.pem" ] || continue
        printf '[registry]\nadapter = sql\n[sql]\nconninfo = host=%s dbname=qao_registry_%s user=qao_registry_%s\n' \
            "'$socket_folder'" "$name" "$name" | put 077 "$dir/registries/$name.ini"
        for number in $numbers; do service "$number" sql; done
    done
    [ -z "$standin" ] || configure_standin
}

# The registries that the running stand-in program serves; each has a certificate of its own for the adapter.
configure_standin() {
    # The folder is that program's user's, who could lead root elsewhere by a link.
    as_standin=
    owner=$(stat -c %U -- "$standin")
    [ "$(id -u)" -ne 0 ] || [ "$owner" = root ] || as_standin="setpriv --reuid $owner --regid $(id -g -- "$owner") --clear-groups --no-new-privs --"
    port=$(of_standin ports.json | sed -n 's/.*"tls": *\([0-9]*\).*/\1/p')
    [ -n "$port" ] || fail "the stand-in program does not run: no $standin/ports.json"
    of_standin ca.pem | put 022 "$dir/registries/ca.pem"
    of_standin sender.pem | put 022 "$dir/registries/sign.pem"
    of_standin sender.key | put 077 "$dir/registries/sign.key"
    of_standin answer.pem | put 022 "$dir/registries/answer.pem"
    for kind in http soap; do
        registries "$kind" | while read -r name numbers; do
            of_standin "clients/$name.pem" | put 022 "$dir/registries/$name.pem"
            of_standin "clients/$name.key" | put 077 "$dir/registries/$name.key"
            {
                printf '[registry]\nadapter = %s\n[%s]\n' "$kind" "$kind"
                printf 'url = https://registries.example:%s/%s\naddress = 127.0.0.1\n' "$port" "$name"
                printf 'ca = ca.pem\ncertificate = %s.pem\nkey = %s.key\n' "$name" "$name"
                if [ "$kind" = soap ]; then
                    printf 'sender = QAO\npassword = %s\n' "$(of_standin password | head -n 1)"
                    printf 'sign_certificate = sign.pem\nsign_key = sign.key\nanswer_certificate = answer.pem\n'
                fi
            } | put 077 "$dir/registries/$name.ini"
            for number in $numbers; do service "$number" "$kind"; done
        done
    done
}

# of_standin FILE
of_standin() {
    # shellcheck disable=SC2086
    $as_standin cat -- "$standin/$1"
}

# service NUMBER KIND: its file and its templates. A service without records or a function of its own is not configured.
service() {
    number=$(printf %02d "$1")
    folder=$here/services
    [ "$2" != sql ] || [ ! -f "$folder/sql/$number.ini" ] || folder=$folder/sql
    [ -f "$folder/$number.ini" ] || return 0
    [ -f "$here/country/services/s$number.py" ] || { [ "$2" = sql ] && ! grep -q 'registry\.answers' "$folder/$number.ini"; } || return 0
    put 022 "$dir/services/$number.ini" <"$folder/$number.ini"
    [ "$2" = soap ] || return 0
    for template in "$folder/$number.xml" "$folder/$number"-*.xml; do
        [ ! -f "$template" ] || put 022 "$dir/services/${template##*/}" <"$template"
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
    load
    ;;
--ident)
    databases | while read -r name _; do
        printf '%s %s qao_registry_%s\n' "${3:-qao}" "${2:?the system user}" "$name"
    done
    ;;
--configure)
    configure "${2:?DIR}" "${3:?SOCKET_FOLDER}" "${4:?USER}" "${5:-}"
    ;;
*) fail 'see the first lines of this script' ;;
esac
