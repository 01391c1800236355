# Shared by ./run, ./check and the scripts in deploy/. Sourced, never run.
# shellcheck shell=bash

# The tree this file lies in, whatever the working folder.
ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

# What went wrong, then what to do about it.
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs the command as our child and waits for it, so that a signal to us need not wait for its end.
attend() {
  "$@" &
  wait $!
}

# A process and all below it. Only for our own children.
tree_pids() {
  local child
  printf '%s\n' "$1"
  for child in $(pgrep -P "$1"); do tree_pids "$child"; done
}

# Runs one step with its output in a log file; shows the tail of it when the step fails. A function that is a step sets no
# variables.
# step WORDS LOGFILE COMMAND...
step() { step_by logged_attend "$@"; }

# The same for what must not be broken off: a signal to us waits for its end.
step_whole() { step_by logged "$@"; }

# The redirection is the command's alone, so that what a signal's trap says is seen.
logged() {
  local log=$1
  shift
  "$@" >"$log" 2>&1
}

logged_attend() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 &
  wait $!
}

# Ends the step that a signal came into. Programs (deploy/programs.sh) are no steps: a step may still be asking them.
steps_stop() {
  local pid known=" ${PROGRAM_PIDS[*]-} "
  for pid in $(jobs -rp); do
    case $known in *" $pid "*) continue ;; esac
    # shellcheck disable=SC2046
    kill -s TERM $(tree_pids "$pid") 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
  done
}

# step_by HOW WORDS LOGFILE COMMAND...
step_by() {
  local how=$1
  shift
  local words=$1 log=$2 started=$SECONDS
  shift 2
  printf '  %-46s' "$words" >&2
  if "$how" "$log" "$@"; then
    printf ' done (%d s)\n' $((SECONDS - started)) >&2
    return 0
  fi
  printf ' FAILED\n' >&2
  tail -n 25 "$log" | sed 's/^/    | /' >&2
  die "$words: failed" "the whole output is in $log"
}
