# Builds the tree into build/. Sourced.
# shellcheck shell=bash

# One build at a time in one tree, whoever asks. Further arguments go to meson setup of a new build.
build_programs() {
  local build=$ROOT/build
  mkdir -p "$build"
  exec 8>"$build/.lock"
  flock 8
  if [ ! -f "$build/build.ninja" ]; then
    step "configuring the build" "$build/.configure.log" meson setup "$build" "$ROOT" "$@"
  fi
  step "building" "$build/.build.log" ninja -C "$build"
  exec 8>&-
}
