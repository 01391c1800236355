#!/bin/sh
# A private PostgreSQL cluster for tests: unix socket only, run by an unprivileged user, settings as in production
# (schema/pg/), never the machine's own.
#
#   pg.sh run [--fast] [--set NAME=VALUE]... -- COMMAND...   cluster + migrated database "qao" for the time of COMMAND
#   pg.sh start DIR [--fast] [--set NAME=VALUE]...           make (when new) and start; DIR short, at most 80 bytes
#   pg.sh stop DIR | crash DIR | remove DIR                  stop; kill -9 of the server and its backends; stop and delete
#
# COMMAND finds PGHOST, PGDATABASE=qao, QAO_PG_DIR (for stop, start, crash) and may connect as postgres (superuser),
# qao_gateway and qao_reader. QAO_PG_PARENT is the folder to make the cluster in (default /tmp). --fast turns fsync off:
# only where durability is not what is tested; the log's writer refuses such a server.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
fail() {
    printf 'pg.sh: %s\n' "$*" >&2
    exit 1
}

bin=
for candidate in /usr/lib/postgresql/15/bin "$(pg_config --bindir 2>/dev/null || :)"; do
    [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ] && bin=$candidate && break
done
[ -n "$bin" ] || fail "PostgreSQL 15 is missing (Debian package postgresql)"

# PostgreSQL refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    cluster_user=nobody
    ! getent passwd postgres >/dev/null || cluster_user=postgres
    as_user() {
        setpriv --reuid="$cluster_user" --regid="$(id -g "$cluster_user")" --clear-groups -- "$@"
    }
else
    cluster_user=$(id -un)
    as_user() {
        "$@"
    }
fi

make_cluster() {
    mkdir -p "$dir"
    chmod 755 "$dir"
    [ "$(id -u)" -ne 0 ] || chown "$cluster_user" "$dir"
    (cd "$dir" && as_user "$bin/initdb" -D "$dir/data" -U postgres -A peer -E UTF8 --locale=C.UTF-8 -k ${fast:+-N} \
        >"$dir/initdb.log" 2>&1) || {
        cat "$dir/initdb.log" >&2
        fail "initdb failed"
    }
    cat "$root/schema/pg/postgresql.conf" >>"$dir/data/postgresql.conf"
    {
        printf "unix_socket_directories = '%s'\n" "$dir"
        [ -z "$fast" ] || printf 'fsync = off\nsynchronous_commit = off\n'
        printf '%s' "$settings"
    } >>"$dir/data/postgresql.conf"
    cp "$root/schema/pg/pg_hba.conf" "$dir/data/pg_hba.conf"
    for user in "$cluster_user" "$(id -un)"; do
        for role in postgres qao_gateway qao_reader; do
            printf 'qao %s %s\n' "$user" "$role"
        done
    done | sort -u >"$dir/data/pg_ident.conf"
}

start() {
    [ "${#dir}" -le 80 ] || fail "$dir is too long for a unix socket"
    fresh=no
    if [ ! -d "$dir/data" ]; then
        make_cluster
        fresh=yes
    fi
    (cd "$dir" && as_user "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 start >"$dir/start.log" 2>&1) || {
        tail -n 20 "$dir/start.log" >&2; tail -n 20 "$dir/server.log" >&2
        fail "the server did not start"
    }
    if [ "$fresh" = yes ]; then
        PGHOST=$dir PGUSER=postgres PGDATABASE=postgres psql -X -q -v ON_ERROR_STOP=1 -c 'create database qao' ||
            fail "no database"
        PGHOST=$dir PGUSER=postgres PGDATABASE=qao "$root/schema/migrate" >/dev/null || fail "the migrations failed"
    fi
}

stop() {
    [ ! -f "$dir/data/postmaster.pid" ] || as_user "$bin/pg_ctl" -D "$dir/data" -m "${1:-fast}" -w stop >/dev/null 2>&1 || :
}

# The server's own processes, from its pid file: never by name.
crash() {
    postmaster=$(head -1 "$dir/data/postmaster.pid")
    children=$(ps -o pid= --ppid "$postmaster")
    # shellcheck disable=SC2086
    kill -9 "$postmaster" $children 2>/dev/null || :
    for pid in $postmaster $children; do
        while kill -0 "$pid" 2>/dev/null && [ "$(ps -o stat= -p "$pid" | cut -c1)" != Z ]; do :; done
    done
    # Dead, though an init that is slow to reap may keep its number: the server would not start over its own file.
    rm -f "$dir/data/postmaster.pid" "$dir"/.s.PGSQL.*.lock
}

command=${1:-}
[ -n "$command" ] || fail "run, start, stop, crash or remove?"
shift
dir=
if [ "$command" != run ]; then
    dir=${1:?DIR}
    shift
fi
fast= settings=
while [ $# -gt 0 ]; do
    case $1 in
    --fast) fast=yes ;;
    --set)
        settings="$settings${2%%=*} = '${2#*=}'
"
        shift
        ;;
    --)
        shift
        break
        ;;
    *) fail "unknown argument $1" ;;
    esac
    shift
done

case $command in
start) start ;;
stop) stop ;;
crash) crash ;;
remove)
    stop immediate
    rm -rf "$dir"
    ;;
run)
    [ $# -gt 0 ] || fail "run what?"
    dir=$(mktemp -d "${QAO_PG_PARENT:-/tmp}/qao-pg.XXXXXX")
    trap 'stop immediate; rm -rf "$dir"' EXIT
    trap 'exit 1' HUP INT TERM
    start
    result=0
    PGHOST=$dir PGDATABASE=qao QAO_PG_DIR=$dir QAO_PG_SH=$root/tests/integration/pg.sh "$@" || result=$?
    exit "$result"
    ;;
*) fail "unknown command $command" ;;
esac
