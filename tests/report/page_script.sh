#!/bin/sh
# What the page says, by its scripts alone in node; and the scripts' form.
. tests/cli/lib.sh

command -v node >/dev/null 2>&1 || { echo "skipped: node is not installed"; exit 77; }
node --test tests/report/page/test_page.js >"$work/out" 2>&1 || fail "$(grep -B1 -A25 '^not ok' "$work/out" | head -80)"
tools/check-page || fail "tools/check-page"
tools/check-page --self-test || fail "tools/check-page finds nothing"
finish
