#!/bin/sh
# The simulator predicts what a real Xen was recorded doing (tests/xen/observed.csv,
# written by tools/xen-rig/compare): every page on its node.
. tests/cli/lib.sh

scenarios=$(cut -d, -f1 tests/xen/observed.csv | sed 1d | uniq | sed 's|.*|tests/xen/scenarios/&.txt|')
[ "$(echo "$scenarios" | wc -l)" -ge 10 ] || fail "only these scenarios are recorded: $scenarios"
# shellcheck disable=SC2086 # paths without spaces
run 0 rehearse --host tests/xen/host.xml --from tests/xen/observed.csv $scenarios
cp "$work/out" "$work/predicted.csv"
run 0 diff "$work/predicted.csv" tests/xen/observed.csv
says out ' 0 on another node than predicted'
# the comparison is not blind: another allocator's prediction is another one
# shellcheck disable=SC2086
run 0 rehearse --host tests/xen/host.xml --from tests/xen/observed.csv \
	--backend sim:allocator=slit $scenarios
cp "$work/out" "$work/other.csv"
run 1 diff "$work/other.csv" tests/xen/observed.csv
# Xen 4.20 does the same, in the scenarios without a balloon
scenarios=$(cut -d, -f1 tests/xen/observed-4.20.csv | sed 1d | uniq | sed 's|.*|tests/xen/scenarios/&.txt|')
# shellcheck disable=SC2086
run 0 rehearse --host tests/xen/host.xml --from tests/xen/observed-4.20.csv $scenarios
cp "$work/out" "$work/predicted.csv"
run 0 diff "$work/predicted.csv" tests/xen/observed-4.20.csv
finish
