# The instance's own PostgreSQL: unix socket only, users known by the operating system. Sourced after places.sh.
# shellcheck shell=bash

cluster_bin() {
  local bin
  bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
  [ -x "$bin/initdb" ] || die "PostgreSQL's server programs are not here" "install the Debian package postgresql"
  printf '%s\n' "$bin"
}

cluster_make() {
  [ ! -f "$STATE/db/PG_VERSION" ] || return 0
  as_user "$USER_DB" "$(cluster_bin)/initdb" -D "$STATE/db" -U postgres --auth-local=peer --auth-host=reject \
    --locale=C.UTF-8 --encoding=UTF8 --data-checksums
}

# Which operating-system user may be which role. Whoever owns the instance administers it.
cluster_identities() {
  local owner role
  owner=$(id -un)
  {
    printf '# Written by ./run. Map name, operating-system user, database role.\n'
    for role in postgres qao_owner qao_reader; do printf 'qao "%s" %s\n' "$owner" "$role"; done
    printf 'qao "%s" postgres\n' "$USER_DB"
    printf 'qao "%s" qao_gateway\n' "$USER_GATEWAY"
    "$ROOT/tests/registries/load.sh" --ident "$USER_ADAPTER" qao
  } | sort -u
}

cluster_configure() {
  cluster_identities | places_put "$USER_DB" "$STATE/db/pg_ident.conf" || return 1
  {
    printf '# Written by ./run: unix socket only, the operating system says who it is.\n'
    printf 'local all all peer map=qao\n'
  } | places_put "$USER_DB" "$STATE/db/pg_hba.conf" || return 1
  {
    printf '# Written by ./run over the settings of schema/pg/.\n'
    cat "$ROOT/schema/pg/postgresql.conf"
    printf "listen_addresses = ''\nunix_socket_directories = '%s'\nunix_socket_permissions = 0777\n" "$RUN/db"
    printf "hba_file = '%s'\nident_file = '%s'\n" "$(cluster_quote "$STATE/db/pg_hba.conf")" "$(cluster_quote "$STATE/db/pg_ident.conf")"
  } | places_put "$USER_DB" "$STATE/db/qao.conf"
}

# The process id of the server that runs on our cluster now, whoever started it. Fails when none does: its pid file may be left
# over, and the number be somebody else's. The file is the server's: what is no number is not believed.
cluster_postmaster() {
  local pid
  [ -f "$STATE/db/postmaster.pid" ] || return 1
  pid=$(head -n 1 "$STATE/db/postmaster.pid" 2>/dev/null) || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$(readlink "/proc/$pid/cwd")" = "$STATE/db" ] || return 1
  printf '%s\n' "$pid"
}

cluster_quote() { printf '%s' "${1//\'/\'\'}"; }

cluster_psql() {
  psql -X -q -v ON_ERROR_STOP=1 -h "$RUN/db" -U postgres "$@"
}
