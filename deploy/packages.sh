# Which Debian packages building, running and checking need, and how they get here. Sourced.
# shellcheck shell=bash

PACKAGES_RUN=(gcc libc6-dev meson ninja-build pkg-config libssl-dev libmicrohttpd-dev libgnutls28-dev libpq-dev
  libjansson-dev check libinih-dev uuid-dev libseccomp-dev libcurl4-openssl-dev libxml2-dev libxmlsec1-dev openssl
  postgresql postgresql-client tzdata python3 python3-aiohttp python3-lxml python3-xmlsec util-linux procps passwd)
PACKAGES_BENCH=(nginx-light apache2-utils nodejs npm)
PACKAGES_CHECK=(xmlsec1 clang libclang-rt-14-dev clang-format golang-go golang-golang-x-mod-dev curl iproute2 git groff-base)

# Packages that are wanted for the one program of their name. Where that came another way than from Debian (npm with
# NodeSource's nodejs, which conflicts with Debian's npm) it is there all the same. A library is never in this list: a program
# may be called as it is.
PACKAGES_PROGRAMS=(gcc meson pkg-config openssl python3 clang clang-format curl git nodejs npm)

packages_missing() {
  local name
  for name in "$@"; do
    case " ${PACKAGES_PROGRAMS[*]} " in
    *" $name "*) ! command -v -- "$name" >/dev/null || continue ;;
    esac
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$' || printf '%s\n' "$name"
  done
}

# PostgreSQL's package would make and start a server of its own; ours is private, so that one is not wanted.
packages_install_now() {
  local as_root=() keep=/etc/postgresql-common/createcluster.d/qao-no-cluster.conf
  is_root || as_root=(sudo)
  "${as_root[@]}" apt-get update -q || return 1
  if ! dpkg-query -W postgresql >/dev/null 2>&1; then
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql-common || return 1
    "${as_root[@]}" mkdir -p "${keep%/*}"
    printf 'create_main_cluster = false\n' | "${as_root[@]}" tee "$keep" >/dev/null
  fi
  local result=0
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" || result=$?
  "${as_root[@]}" rm -f "$keep"
  return "$result"
}

packages_install() {
  local missing
  mapfile -t missing < <(packages_missing "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "this needs Debian 12 (apt-get is not here)" "install by hand: ${missing[*]}"
  is_root || command -v sudo >/dev/null ||
    die "packages are missing and there is neither root nor sudo" "as root: apt-get install ${missing[*]}"
  step_whole "installing ${#missing[@]} packages" "$(mktemp -t qao-apt.XXXXXX)" packages_install_now "${missing[@]}"
}
