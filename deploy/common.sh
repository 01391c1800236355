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

# Runs one step with its output in a log file; shows the tail of it when the step fails.
# step WORDS LOGFILE COMMAND...
step() {
  local words=$1 log=$2 started=$SECONDS
  shift 2
  printf '  %-46s' "$words" >&2
  if "$@" >"$log" 2>&1; then
    printf ' done (%d s)\n' $((SECONDS - started)) >&2
    return 0
  fi
  printf ' FAILED\n' >&2
  tail -n 25 "$log" | sed 's/^/    | /' >&2
  die "$words: failed" "the whole output is in $log"
}
