# Makes an instance's keys, people, configuration and database, and starts its programs. Sourced after the others.
# shellcheck shell=bash

CRL_DAYS=2
CRL_RENEW_SECONDS=600

# tsv_rows FILE: the lines that are no comment.
tsv_rows() { grep -v '^#' "$ROOT/deploy/$1"; }

body_bin() { tsv_rows bodies.tsv | awk -F'\t' -v code="$1" '$1 == code { print $2 }'; }
body_name() { tsv_rows bodies.tsv | awk -F'\t' -v code="$1" '$1 == code { print $4 }'; }

dev_ca() { "$ROOT/build/bin/qao-dev-ca" "$@"; }

instance_make() {
  local port=$1
  # Makes its certificates and its country while we make keys; waited for before the adapter is configured.
  launch_registries
  step "certificates of the stand-in authority" "$STATE/logs/ca.log" instance_authority
  step "people's keys and certificates" "$STATE/logs/people.log" instance_people
  step "keys of the gateway" "$STATE/logs/keys.log" instance_keys
  instance_trust || die "the CRL could not be renewed" "see $STATE/logs/crl.log"
  step "database cluster" "$STATE/logs/initdb.log" cluster_make
  cluster_configure
  instance_configuration "$port"
}

instance_authority() {
  [ -f "$DIR/ca/ca.pem" ] || dev_ca init "$DIR"
}

# One person's keys and certificates; what is there is kept. Further arguments go to the authority.
instance_person() {
  local wanted=$1 name iin body role surname given patronymic kind rest
  shift
  while IFS=$'\t' read -r name iin body role surname given patronymic kind rest; do
    [ "$wanted" = "$name" ] || continue
    dev_ca person "$DIR" "$name" --iin "$iin" --bin "$(body_bin "$body")" --surname "$surname" --given "$given" \
      --patronymic "$patronymic" --organisation "$(body_name "$body")" "$@"
    return
  done < <(tsv_rows people.tsv)
  return 1
}

# Names of all people, or of those with this kind of certificate.
instance_names() { tsv_rows people.tsv | awk -F'\t' -v kind="${1-}" 'kind == "" || $8 == kind { print $1 }'; }

# Two at a time: keys are made by calculating.
instance_people() {
  local name running=0 status=0
  for name in $(instance_names); do
    instance_person "$name" &
    running=$((running + 1))
    [ "$running" -lt 2 ] || { wait -n || status=1; running=1; }
  done
  wait -n || status=1
  return "$status"
}

# Certificates that are no longer good: their owners were registered while they were.
instance_age() {
  local name
  for name in $(instance_names expired); do
    ! openssl x509 -in "$DIR/people/$name/auth.pem" -noout -checkend 0 >/dev/null ||
      instance_person "$name" --expired --renew || return 1
  done
  for name in $(instance_names revoked); do
    dev_ca revoke "$DIR" "$DIR/people/$name/auth.pem" && dev_ca revoke "$DIR" "$DIR/people/$name/sign.pem" || return 1
  done
  local told_gateway told_front
  told_gateway=$(instance_told gateway trust-renewed)
  told_front=$(instance_told front trust-reloaded)
  instance_trust || return 1
  kill -s HUP "${PROGRAM_PIDS[gateway]}" "${PROGRAM_PIDS[front]}" || return 1
  program_wait gateway 30 instance_told_since gateway trust-renewed "$told_gateway"
  program_wait front 30 instance_told_since front trust-reloaded "$told_front"
}

# How often a program's log names the event, and whether it did since it was counted.
instance_told() { grep -c "event=$2" "$STATE/logs/$1.log"; }
instance_told_since() { [ "$(instance_told "$1" "$2")" -gt "$3" ]; }

# instance_pair OWNER TARGET NAME: moves keys/NAME.{pem,key} of the authority's folder to where its program reads it.
instance_pair() {
  places_put "$1" "$2.pem" <"$DIR/keys/$3.pem" && places_put "$1" "$2.key" <"$DIR/keys/$3.key" || return 1
  rm -f -- "$DIR/keys/$3.pem" "$DIR/keys/$3.key"
}

instance_keys() {
  local name
  if [ ! -f "$STATE/front/tls.key" ]; then
    dev_ca server "$DIR" && instance_pair "$USER_FRONT" "$STATE/front/tls" server || return 1
  fi
  if [ ! -f "$STATE/gateway/answer.key" ]; then
    dev_ca system "$DIR" answer --bin "$(body_bin operator)" --organisation "$(body_name operator)" &&
      instance_pair "$USER_GATEWAY" "$STATE/gateway/answer" answer || return 1
  fi
  mkdir -p "$DIR/offline" && chmod 700 "$DIR/offline"
  for name in vault escrow; do
    if [ ! -f "$DIR/offline/$name.key" ]; then
      dev_ca sealing "$DIR" "$name" && instance_pair "$(id -un)" "$DIR/offline/$name" "$name" || return 1
    fi
    install -m 644 "$DIR/offline/$name.pem" "$STATE/trust/$name.pem" || return 1
  done
  mkdir -p "$DIR/log" "$DIR/keys"
  if [ ! -f "$STATE/gateway/log.key" ]; then
    rm -f -- "$DIR/keys/log.key"
    "$ROOT/build/bin/qao" log keygen --origin "qao.example/$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')" \
      --key "$DIR/keys/log.key" --vkey "$DIR/log/log.vkey" || return 1
    places_put "$USER_GATEWAY" "$STATE/gateway/log.key" <"$DIR/keys/log.key" && rm -f -- "$DIR/keys/log.key" || return 1
  fi
  if [ ! -f "$STATE/gateway/uploads.key" ]; then
    dev_ca sealing "$DIR" uploads && instance_pair "$USER_GATEWAY" "$STATE/gateway/uploads" uploads || return 1
  fi
  rmdir "$DIR/keys"
  if [ ! -f "$STATE/gateway/subject.key" ]; then
    printf '1 %s\n' "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" | places_put "$USER_GATEWAY" "$STATE/gateway/subject.key" || return 1
  fi
}

# A new CRL, and the public part where the programs read it. Renewed by each ./run and while it runs.
instance_trust() {
  dev_ca crl "$DIR" --days "$CRL_DAYS" >"$STATE/logs/crl.log" 2>&1 || return 1
  local name
  for name in ca crl; do
    install -m 644 "$DIR/ca/$name.pem" "$STATE/trust/$name.pem.new" && mv -f "$STATE/trust/$name.pem.new" "$STATE/trust/$name.pem" || return 1
  done
  instance_crl_renewed=$SECONDS
}

instance_origin() { cut -d+ -f1 "$DIR/log/log.vkey"; }

instance_configuration() {
  local port=$1
  places_put "$USER_GATEWAY" "$STATE/gateway/gateway.ini" <<INI
; Written by ./run. qao-gateway --help says what each key means.
[gateway]
front_socket = $RUN/gateway/front.sock
front_user = $USER_FRONT
adapter_socket = $RUN/adapter/adapter.sock
adapter_user = $USER_ADAPTER
[database]
conninfo = host=$RUN/db dbname=qao user=qao_gateway
[log]
origin = $(instance_origin)
key = $STATE/gateway/log.key
high_water = $STATE/gateway/high-water
[trust]
ca = $STATE/trust/ca.pem
crl = $STATE/trust/crl.pem
[answer]
certificate = $STATE/gateway/answer.pem
key = $STATE/gateway/answer.key
[seal]
vault = $STATE/trust/vault.pem
escrow = $STATE/trust/escrow.pem
[uploads]
certificate = $STATE/gateway/uploads.pem
key = $STATE/gateway/uploads.key
; A trial uploads and reads more often than a person at work.
per_hour = 6000
[registry]
reads_per_minute = 6000
acts_per_minute = 6000
[subjects]
keys = $STATE/gateway/subject.key
[query]
; A trial is refused more often than an officer at work, and asks more often.
refusals_per_minute = 6000
explains_per_minute = 6000
queries_per_minute = 0
INI
  places_put "$USER_FRONT" "$STATE/front/front.ini" <<INI
; Written by ./run. qao-front --help says what each key means.
[listen]
address = 127.0.0.1
port = $port
[local]
port = $((port + 1))
[tls]
certificate = $STATE/front/tls.pem
key = $STATE/front/tls.key
[trust]
ca = $STATE/trust/ca.pem
crl = $STATE/trust/crl.pem
[gateway]
socket = $RUN/gateway/front.sock
user = $USER_GATEWAY
INI
  printf 'host=%s/db dbname=qao user=qao_reader\n' "$RUN" >"$DIR/database.conninfo"
  printf '###############\n' >"$DIR/case.pattern"
  body_bin operator >"$DIR/gateway.bin"
}

instance_adapter_configuration() {
  "$ROOT/tests/registries/load.sh" --configure "$STATE/adapter" "$RUN/db" "$USER_ADAPTER" "$STATE/registries" || return 1
  places_put "$USER_ADAPTER" "$STATE/adapter/adapter.ini" <<INI
; Written by ./run. qao-adapter --help says what each key means.
[adapter]
socket = $RUN/adapter/adapter.sock
gateway_user = $USER_GATEWAY
registries = $STATE/adapter/registries
services = $STATE/adapter/services
may_connect_inet = yes
INI
}

# The synthetic registries, each a database of its own in the instance's cluster.
instance_registries() {
  "$ROOT/tests/registries/load.sh" --psql "psql -h $RUN/db -U postgres"
}

# The first administrator, enrolled here while the gateway does not run (clause 33).
instance_enrol() {
  local administrators signed=$STATE/enrolment.p7m message=$STATE/gateway/enrolment.p7m
  administrators=$(cluster_psql -d qao -Atc "select count(*) from qao.registration where system_role = 'administrator'") || return 1
  [ "$administrators" -eq 0 ] || return 0
  rm -f -- "$signed"
  python3 "$ROOT/deploy/register.py" enrolment "$ROOT/build/bin/qao" "$DIR" "$signed" || return 1
  places_put "$USER_GATEWAY" "$message" <"$signed" || return 1
  as_user "$USER_GATEWAY" "$PROGRAMS/qao-gateway" --config "$STATE/gateway/gateway.ini" --enrol "$message" || return 1
  as_user "$USER_GATEWAY" rm -f -- "$message"
  rm -f -- "$signed"
}

# Everybody else registers through the running gateway. gateway.url is written afterwards, so qao is pointed to a folder that
# has one already.
instance_register() {
  local stage=$STATE/stage name
  rm -rf -- "$stage" && mkdir -m 700 "$stage" || return 1
  for name in ca log people gateway.bin case.pattern; do ln -s "$DIR/$name" "$stage/$name" || return 1; done
  printf 'https://127.0.0.1:%s\n' "$1" >"$stage/gateway.url"
  attend python3 "$ROOT/deploy/register.py" register "$ROOT/build/bin/qao" "$stage" || return 1
  rm -rf -- "$stage"
}

# --- starting, in the order in which they need each other ---

# On the port it had, once it had one: the adapter knows it from its configuration.
launch_registries() {
  as_user "$USER_REGISTRIES" rm -f -- "$STATE/registries/ports.json"
  program_start registries "$USER_REGISTRIES" /usr/bin/python3 "$REGISTRIES/tests/registries/standin" \
    --folder "$STATE/registries" --listen "127.0.0.1:${PROGRAM_PORT[registries]:-0}"
}

launch_db() { program_start db "$USER_DB" "$(cluster_bin)/postgres" -D "$STATE/db" -c config_file="$STATE/db/qao.conf"; }
launch_adapter() { program_start adapter "$USER_ADAPTER" "$PROGRAMS/qao-adapter" --config "$STATE/adapter/adapter.ini"; }
launch_gateway() { program_start gateway "$USER_GATEWAY" "$PROGRAMS/qao-gateway" --config "$STATE/gateway/gateway.ini"; }
launch_front() { program_start front "$USER_FRONT" "$PROGRAMS/qao-front" --config "$STATE/front/front.ini"; }

await_registries() { program_wait registries 60 instance_registries_listen; }
await_db() { program_wait db 60 pg_isready -q -h "$RUN/db" -U postgres; }
await_adapter() { program_wait adapter 30 test -S "$RUN/adapter/adapter.sock"; }
await_gateway() { program_wait gateway 60 test -S "$RUN/gateway/front.sock"; }
await_front() { program_wait front 60 instance_answers "http://127.0.0.1:$1/readyz"; }

instance_registries_listen() {
  local port
  port=$(as_user "$USER_REGISTRIES" sed -n 's/.*"tls": *\([0-9]\{1,5\}\)[,}].*/\1/p' "$STATE/registries/ports.json") && [ -n "$port" ] &&
    PROGRAM_PORT[registries]=$port
}
instance_answers() { python3 "$ROOT/deploy/ready.py" "$1" >/dev/null 2>&1; }

instance_database() {
  cluster_psql -d postgres -Atc "select 1 from pg_database where datname = 'qao'" | grep -q 1 ||
    cluster_psql -d postgres -c 'create database qao' || return 1
  "$ROOT/schema/migrate" --dsn "host=$RUN/db dbname=qao user=postgres" --log "$(instance_origin)" || return 1
  instance_registries
}

instance_start() {
  local port=$1 people=$2 name
  rm -f -- "$RUN"/*/*.sock
  step_start db
  step "migrations, registries" "$STATE/logs/migrate.log" instance_database
  step "enrolment of the administrator" "$STATE/logs/enrol.log" instance_enrol
  step_await registries
  step "configuration of the adapter" "$STATE/logs/adapter-configuration.log" instance_adapter_configuration
  for name in adapter gateway front; do step_start "$name" "$((port + 1))"; done
  if [ "$people" = yes ]; then
    instance_register "$port" || die "the people could not be registered" "the programs' logs are in $STATE/logs"
    step "certificates that expire or are revoked" "$STATE/logs/age.log" instance_age
  fi
  printf 'http://127.0.0.1:%s\n' "$((port + 1))" >"$DIR/health.url"
  printf 'https://127.0.0.1:%s\n' "$port" >"$DIR/gateway.url.new"
  mv -f "$DIR/gateway.url.new" "$DIR/gateway.url"
}

# step_start NAME ARGUMENTS-OF-AWAIT...
step_start() {
  "launch_$1"
  step_await "$@"
}

step_await() {
  local name=$1 started=$SECONDS
  shift
  printf '  %-46s' "$name" >&2
  "await_$name" "$@"
  printf ' started (%d s)\n' $((SECONDS - started)) >&2
}

# Stays until a signal: starts again what ended, renews the CRL.
instance_watch() {
  local name
  while sleep 0.5; do
    for name in "${PROGRAM_NAMES[@]}"; do instance_attend "$name"; done
    if [ $((SECONDS - instance_crl_renewed)) -ge "$CRL_RENEW_SECONDS" ]; then
      instance_trust || say "the CRL could not be renewed: see $STATE/logs/crl.log"
    fi
  done
}

# Only launched, not awaited: what it needs may be away too, and then it ends and is started again.
instance_attend() {
  local name=$1 pid
  if [ -n "${PROGRAM_PIDS[$name]:-}" ]; then
    ! program_alive "$name" || return 0
    program_ended "$name"
  fi
  if [ "$name" = db ] && pid=$(cluster_postmaster); then
    say "db was started by somebody else: process $pid is ours now"
    program_keep db "$pid"
  elif [ "$SECONDS" -ge "${PROGRAM_DUE[$name]}" ]; then
    "launch_$name"
  fi
}
