# Starting and stopping what an instance runs. Sourced after places.sh.
# shellcheck shell=bash

# name -> process id, in the order of starting; they are stopped in the opposite order.
PROGRAM_NAMES=()
declare -A PROGRAM_PIDS=()
# name -> when it was started, how long its next restart waits, when that is due (a program that is due does not run)
declare -A PROGRAM_STARTED=() PROGRAM_PAUSE=() PROGRAM_DUE=()
# name -> port on which it is started again
declare -A PROGRAM_PORT=()
PAUSE_MAX=30      # seconds between two starts of a program that ends again and again
LIVED_SECONDS=60  # a program that lived so long is started again at once

# program_start NAME USER COMMAND...: in a session of its own, so that Ctrl-C reaches ./run alone.
program_start() {
  local name=$1 AS_USER
  as_user_words "$2"
  shift 2
  # A plain command, so that the process id is the program's own.
  "${AS_USER[@]}" setsid "$@" >>"$STATE/logs/$name.log" 2>&1 </dev/null 8>&- 9>&- &
  program_keep "$name" $!
}

program_keep() {
  PROGRAM_PIDS[$1]=$2
  PROGRAM_STARTED[$1]=$SECONDS
  case " ${PROGRAM_NAMES[*]} " in *" $1 "*) ;; *) PROGRAM_NAMES+=("$1") ;; esac
  program_record
}

program_record() {
  local name
  for name in "${PROGRAM_NAMES[@]}"; do
    [ -z "${PROGRAM_PIDS[$name]:-}" ] || printf '%s %s\n' "$name" "${PROGRAM_PIDS[$name]}"
  done >"$STATE/programs.new"
  mv -f "$STATE/programs.new" "$STATE/programs"
}

program_alive() { kill -0 "${PROGRAM_PIDS[$1]:-0}" 2>/dev/null && [ -n "${PROGRAM_PIDS[$1]:-}" ]; }

# How a program ended, in words: the number that wait gave.
program_status() {
  if [ "$1" -gt 128 ]; then printf 'killed by SIG%s' "$(kill -l $(($1 - 128)))"; else printf 'status %s' "$1"; fi
}

# Notes that a program ended, and says when it is started again: at once after a long life, else after a pause that doubles.
program_ended() {
  local name=$1 status=0 lived pause when
  wait "${PROGRAM_PIDS[$name]}" 2>/dev/null || status=$?
  unset "PROGRAM_PIDS[$name]"
  lived=$((SECONDS - PROGRAM_STARTED[$name]))
  pause=${PROGRAM_PAUSE[$name]:-0}
  [ "$lived" -lt "$LIVED_SECONDS" ] || pause=0
  PROGRAM_DUE[$name]=$((SECONDS + pause))
  when="at once"
  [ "$pause" -eq 0 ] || when="in $pause s"
  say "$name ended ($(program_status "$status")) after $lived s, starting it again $when; its log: $STATE/logs/$name.log"
  pause=$((pause > 0 ? pause * 2 : 1))
  PROGRAM_PAUSE[$name]=$((pause < PAUSE_MAX ? pause : PAUSE_MAX))
}

# Waits until the command succeeds, at most SECONDS_MAX; fails at once when the program has ended.
# program_wait NAME SECONDS_MAX COMMAND...
program_wait() {
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! program_alive "$name" || [ "$SECONDS" -ge "$deadline" ]; then
      tail -n 15 "$STATE/logs/$name.log" | sed 's/^/    | /' >&2
      program_alive "$name" || die "$name ended while starting" "its log: $STATE/logs/$name.log"
      die "$name is not ready in time" "its log: $STATE/logs/$name.log"
    fi
    sleep 0.05
  done
}

# program_stop NAME SIGNAL SECONDS_MAX
program_stop() {
  local name=$1 signal=$2 deadline=$((SECONDS + $3)) pid=${PROGRAM_PIDS[$1]:-}
  [ -n "$pid" ] || return 0
  kill -s "$signal" "$pid" 2>/dev/null || :
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      say "  $name does not stop, killing it"
      kill -s KILL "$pid" 2>/dev/null || :
      deadline=$((SECONDS + 3600))
    fi
    sleep 0.05
  done
  wait "$pid" 2>/dev/null || :
  unset "PROGRAM_PIDS[$name]"
}

programs_stop() {
  local i name
  rm -f -- "$DIR/gateway.url" "$DIR/health.url"
  for ((i = ${#PROGRAM_NAMES[@]} - 1; i >= 0; i--)); do
    name=${PROGRAM_NAMES[$i]}
    case $name in
    db) program_stop db INT 30 ;; # PostgreSQL's fast shutdown
    *) program_stop "$name" TERM 15 ;;
    esac
  done
  program_stop_postmaster
  PROGRAM_NAMES=()
  rm -f -- "$STATE/programs"
}

# The server of our cluster that somebody restarted by hand is no child of ours, and is to end all the same.
program_stop_postmaster() {
  local pid
  pid=$(cluster_postmaster) || return 0
  say "  stopping the database server that somebody else started (process $pid)"
  PROGRAM_PIDS[db]=$pid
  program_stop db INT 30
}

# What a ./run that was killed left running. A process id may be somebody else's by now: only ours are stopped.
programs_stop_leftovers() {
  local name pid command
  [ -f "$STATE/programs" ] || : >"$STATE/programs"
  while read -r name pid; do
    command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) || continue
    case $command in
    *"$STATE"* | *"$RUN"*)
      say "  stopping $name, left by an earlier run"
      PROGRAM_PIDS[$name]=$pid
      PROGRAM_NAMES+=("$name")
      ;;
    esac
  done <"$STATE/programs"
  programs_stop
}
