#!/bin/sh
# Every page is formatted without a warning, and says its name, use and text.
set -u
failed=0
[ $# -gt 0 ] || exit 1
for page; do
    warnings=$(groff -man -Tutf8 -Kutf8 -ww -rLL=110n "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || { printf '%s\n' "$warnings"; failed=1; }
    for section in NAME DESCRIPTION; do
        grep -q "^\.SH $section" "$page" || { printf '%s: no %s\n' "$page" "$section"; failed=1; }
    done
    ! grep -n '@[A-Z]' "$page" || { printf '%s: something was not filled in\n' "$page"; failed=1; }
done
exit "$failed"
