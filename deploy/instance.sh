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

instance_people() {
  local name iin body role surname given patronymic kind further
  while IFS=$'\t' read -r name iin body role surname given patronymic kind; do
    further=()
    [ "$kind" != expired ] || further=(--expired)
    dev_ca person "$DIR" "$name" --iin "$iin" --bin "$(body_bin "$body")" --surname "$surname" --given "$given" \
      --patronymic "$patronymic" --organisation "$(body_name "$body")" "${further[@]}" || return 1
    if [ "$kind" = revoked ]; then
      dev_ca revoke "$DIR" "$DIR/people/$name/auth.pem" && dev_ca revoke "$DIR" "$DIR/people/$name/sign.pem" || return 1
    fi
  done < <(tsv_rows people.tsv)
}

# instance_keep OWNER FILE: hands a file to the program that reads it.
instance_keep() {
  if is_root; then chown "$1:" "$2"; fi
  chmod 600 "$2"
}

instance_keys() {
  local file
  if [ ! -f "$STATE/front/tls.key" ]; then
    dev_ca server "$DIR" "$STATE/front/tls" || return 1
  fi
  if [ ! -f "$STATE/gateway/answer.key" ]; then
    dev_ca system "$DIR" "$STATE/gateway/answer" --bin "$(body_bin operator)" --organisation "$(body_name operator)" || return 1
  fi
  mkdir -p "$DIR/offline" && chmod 700 "$DIR/offline"
  for file in vault escrow; do
    [ -f "$DIR/offline/$file.key" ] || dev_ca sealing "$DIR" "$DIR/offline/$file" || return 1
    install -m 644 "$DIR/offline/$file.pem" "$STATE/trust/$file.pem" || return 1
  done
  mkdir -p "$DIR/log"
  if [ ! -f "$STATE/gateway/log.key" ]; then
    "$ROOT/build/bin/qao" log keygen --origin "qao.example/$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')" \
      --key "$STATE/gateway/log.key" --vkey "$DIR/log/log.vkey" || return 1
  fi
  if [ ! -f "$STATE/gateway/subject.key" ]; then
    (umask 077 && printf '1 %s\n' "$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" >"$STATE/gateway/subject.key") || return 1
  fi
  for file in "$STATE/front"/tls.*; do instance_keep "$USER_FRONT" "$file"; done
  for file in "$STATE/gateway"/*.key "$STATE/gateway"/*.pem; do instance_keep "$USER_GATEWAY" "$file"; done
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
