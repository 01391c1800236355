# Where an instance lies: its folder, its state, its sockets, its users. Sourced after common.sh.
# shellcheck shell=bash disable=SC2034

# Sets AS_USER to the words before a command that runs it as one of the instance's users, without a way back to more
# rights.
as_user_words() {
  AS_USER=()
  if is_root; then AS_USER=(setpriv --reuid "$1" --regid "$1" --clear-groups --no-new-privs --); fi
}

as_user() {
  local AS_USER
  as_user_words "$1"
  shift
  "${AS_USER[@]}" "$@"
}

# One system user per program when we are root; else all programs share ours.
places_users() {
  local name
  if ! is_root; then
    USER_DB=$(id -un) USER_GATEWAY=$USER_DB USER_FRONT=$USER_DB USER_ADAPTER=$USER_DB USER_REGISTRIES=$USER_DB
    return
  fi
  USER_DB=qao-db USER_GATEWAY=qao-gateway USER_FRONT=qao-front USER_ADAPTER=qao-adapter USER_REGISTRIES=qao-registries
  for name in "$USER_DB" "$USER_GATEWAY" "$USER_FRONT" "$USER_ADAPTER" "$USER_REGISTRIES"; do
    id -u "$name" >/dev/null 2>&1 ||
      useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$name" ||
      die "cannot make the system user $name"
  done
}

# True when every program's user can enter the folder.
places_enterable() {
  local user
  for user in "$USER_DB" "$USER_GATEWAY" "$USER_FRONT" "$USER_ADAPTER" "$USER_REGISTRIES"; do
    as_user "$user" test -x "$1" || return 1
  done
}

# Ends unless the file or folder is ours and nobody else may write to it: whoever could, would own every identity in it.
places_ours() {
  [ ! -L "$1" ] || die "$1 is a symbolic link" "remove it, or choose another --dir"
  [ -O "$1" ] || die "$1 belongs to somebody else" "remove it, or choose another --dir"
  [ -z "$(find "$1" -maxdepth 0 -perm /022)" ] || die "others may write to $1" "chmod go-w it, or choose another --dir"
}

# A folder of ours with exactly this owner and mode. Refuses what somebody else put there.
places_folder() {
  local path=$1 owner=$2 mode=$3
  if [ -e "$path" ] || [ -L "$path" ]; then
    [ ! -L "$path" ] && [ -d "$path" ] || die "$path is no folder" "remove it, or choose another --dir"
    [ -O "$path" ] || [ "$(stat -c %U -- "$path")" = "$owner" ] || die "$path belongs to somebody else" "remove it, or choose another --dir"
  else
    mkdir -m 700 -- "$path" || die "cannot make $path"
  fi
  if is_root; then chown "$owner:" "$path" || die "cannot hand $path to $owner"; fi
  chmod "$mode" "$path" || die "cannot set the mode of $path"
}

# places_put OWNER FILE: standard input becomes the file, whole, for its owner alone. The owner writes it: the folder is the
# owner's, who could put a link there and so lead whoever has more rights to another file.
places_put() {
  # shellcheck disable=SC2016
  as_user "$1" sh -c 'umask 077; rm -f -- "$1.new" && cat >"$1.new" && mv -fT -- "$1.new" "$1"' sh "$2"
}

# The state lies in the instance where the programs' users can enter it, else in /var/lib/qao under the instance's id.
# Found again by looking, never by believing a file of the folder.
places_state() {
  local id=$1
  if [ -d "$DIR/state" ]; then
    STATE=$DIR/state
  elif [ -d "/var/lib/qao/$id" ]; then
    STATE=/var/lib/qao/$id
  elif places_enterable "$DIR"; then
    STATE=$DIR/state
  else
    STATE=/var/lib/qao/$id
    say "  $DIR cannot be entered by the programs' users: their state goes to $STATE"
  fi
}

# Sets DIR, STATE, RUN and makes them. $DIR/places tells others where they are.
places_make() {
  umask 022
  DIR=$1
  mkdir -p -- "$DIR" || die "cannot make the instance folder $DIR" "choose another with --dir"
  DIR=$(cd -- "$DIR" && pwd -P)
  places_ours "$DIR"
  local id name
  for name in ca keys people log offline state places run.lock; do
    if [ -e "$DIR/$name" ] || [ -L "$DIR/$name" ]; then places_ours "$DIR/$name"; fi
  done
  chmod u=rwx,go=rx "$DIR"
  places_users
  id=$(printf '%s' "$DIR" | sha256sum | cut -c1-10)
  places_state "$id"
  if is_root; then RUN=/run/qao-$id; else RUN=${XDG_RUNTIME_DIR:-/tmp}/qao-$id; fi
  [ "${#RUN}" -lt 80 ] || RUN=/tmp/qao-$id
  if [ "${STATE%/*}" = /var/lib/qao ]; then places_folder /var/lib/qao root 755; fi
  places_folder "$STATE" "$(id -un)" 755
  places_folder "$RUN" "$(id -un)" 755
  places_folder "$STATE/logs" "$(id -un)" 700
  places_folder "$STATE/trust" "$(id -un)" 755
  places_folder "$STATE/db" "$USER_DB" 700
  places_folder "$STATE/gateway" "$USER_GATEWAY" 700
  places_folder "$STATE/front" "$USER_FRONT" 700
  places_folder "$STATE/adapter" "$USER_ADAPTER" 700
  places_folder "$STATE/registries" "$USER_REGISTRIES" 700
  places_folder "$RUN/db" "$USER_DB" 755
  places_folder "$RUN/gateway" "$USER_GATEWAY" 755
  places_folder "$RUN/adapter" "$USER_ADAPTER" 755
  printf 'state=%s\nrun=%s\n' "$STATE" "$RUN" >"$DIR/places"
}

# One ./run per instance. The lock ends with the process that holds it.
places_lock() {
  exec 9>"$DIR/run.lock"
  flock -n 9 || die "another ./run works on $DIR" "stop it, or give another --dir and --port"
}

# Fails when somebody listens there: our front would end again and again, and the other's answers be taken for ours.
places_ports_free() {
  local port why
  for port in "$@"; do
    if ! why=$(python3 "$ROOT/deploy/free.py" "$port" 2>&1); then
      places_leave
      die "port $port of 127.0.0.1 cannot be used: $why" "choose another with --port N: N and N+1 must be free"
    fi
  done
}

# Takes away the folder of the sockets, which holds nothing between two runs.
places_leave() {
  rm -f -- "$RUN"/*/*.sock
  rmdir -- "$RUN"/* "$RUN" 2>/dev/null || :
}

# Where the programs are started from: the build, or where other users may not enter it, a copy of it.
places_programs() {
  PROGRAMS=$ROOT/build/bin
  local user
  for user in "$USER_GATEWAY" "$USER_FRONT" "$USER_ADAPTER"; do
    if ! as_user "$user" test -r "$PROGRAMS/qao-gateway" || ! as_user "$user" test -r "$ROOT/schema/messages.tsv"; then
      PROGRAMS=$STATE/prefix/bin
    fi
  done
  [ "$PROGRAMS" = "$STATE/prefix/bin" ] || return 0
  rm -rf -- "$STATE/prefix" "$STATE/prefix.new"
  step "installing where the programs may read" "$STATE/logs/install.log" places_install
}

# The stand-in registries' program and what it reads: the tree, or where their user may not enter it, a copy.
places_registries() {
  REGISTRIES=$ROOT
  as_user "$USER_REGISTRIES" test -r "$ROOT/tests/registries/standin/__main__.py" && return
  REGISTRIES=$STATE/registries-program
  rm -rf -- "$REGISTRIES" && mkdir -m 755 -- "$REGISTRIES" || die "cannot make $REGISTRIES"
  (umask 022 && cd -- "$ROOT" && cp -R --parents tests/registries schema/services "$REGISTRIES") || die "cannot copy the stand-in registries"
}

places_install() {
  local prefix
  prefix=$(meson introspect "$ROOT/build" --buildoptions |
    python3 -c 'import json,sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))') || return 1
  (umask 022 && DESTDIR=$STATE/prefix.new meson install -C "$ROOT/build" --no-rebuild) || return 1
  mv "$STATE/prefix.new$prefix" "$STATE/prefix" && rm -rf -- "$STATE/prefix.new"
}
