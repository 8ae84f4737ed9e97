#!/bin/sh
# The last words of ./demo are means of what its summary says.
. tests/cli/lib.sh

cat >"$work/summary.csv" <<'END'
format,policy,seed,local_page_ppm,slowdown_ppm,swing_ppm
2,homenode,1,990000,1020000,20000
2,homenode,2,980000,1040000,30000
2,random,1,400000,1100000,300000
END
tools/demo-words "$work/summary.csv" >"$work/out" || fail "status $?"
grep -Eq '^  blindly \(random\) +40\.0 % +10\.0 % +30\.0 %$' "$work/out" || fail "random: $(cat "$work/out")"
grep -Eq '^  by homenode +98\.5 % +3\.0 % +2\.5 %$' "$work/out" || fail "homenode: $(cat "$work/out")"
grep -q 'flat)' "$work/out" && fail "a policy that did not run"
[ "$(wc -L <"$work/out")" -le 80 ] || fail "wider than 80 columns"
finish
