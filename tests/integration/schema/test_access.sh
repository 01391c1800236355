#!/bin/sh
# What happens to the register, act by act, in the given file: for each act what is permitted and each reason against it, and what
# each reader is shown. As the gateway's own role, by the functions it has.
# usage: test_access.sh FILE
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
psql -X -q -v ON_ERROR_STOP=1 -U postgres -f "$here/access_tools.sql"
PGOPTIONS='-c search_path=qao,test' psql -X -q -v ON_ERROR_STOP=1 -v VERBOSITY=terse -U qao_gateway -f "$1" >/dev/null
