#!/usr/bin/env bash
# What bash offers after TAB: commands, their options, words of an option, people of the instance.
set -u
qao=$1
# shellcheck source=/dev/null
. "$2"
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/people/police" "$work/people/prosecutor"

# offered EXPECTED WORD...: the last word is the one being typed
offered() {
    local expected=$1
    shift
    COMP_WORDS=("$qao" "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _qao
    if [ "${COMPREPLY[*]}" != "$expected" ]; then
        printf 'after "%s": "%s" instead of "%s"\n' "$*" "${COMPREPLY[*]}" "$expected"
        failed=1
    fi
}

offered 'query' q
offered 'services status' s
offered 'verify' audit v
offered 'prove' audit p
offered 'decide' policy dec
offered 'show' services s
offered 'check' services c
offered '--save' query --sa
offered '--tls-cert --tls-key --tls-p12' query --as police --tls
offered '--leaf --leaf-hash' audit check-proof --leaf
offered 'search_measures' query --basis se
offered 'app5.1 app5.2' query --duty app5
offered 'police prosecutor' query --instance "$work" --as p
offered '' nothing --x
exit "$failed"
