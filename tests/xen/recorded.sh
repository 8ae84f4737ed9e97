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
says out ' 0 outside the bound'
grep -Eq '^of [0-9]{6,} pages that balloons gave back' "$work/out" || fail "few pages were given back"

# elsewhere SCENARIO STEP PAGES FROM TO: so many that a balloon left on one node were on another
elsewhere()
{
	awk -F, -v OFS=, -v scenario="$1" -v step="$2" -v pages="$3" -v from="$4" -v to="$5" '
		$1 == scenario && $2 == step && $4 == "a" { $6 += pages * (($5 == to) - ($5 == from)) }
		{ print }' tests/xen/observed.csv >"$work/elsewhere.csv"
	run "$6" diff "$work/predicted.csv" "$work/elsewhere.csv"
}
# it can fail where a guest chose, too: the vnode without CPUs gave first, ...
elsewhere 15-vnuma-one-cpu 2 12800 2 1 1
says out '; 25598 outside the bound'
elsewhere 15-vnuma-one-cpu 2 2 2 1 1
# ... what came first went first, ...
elsewhere 17-layers 8 12800 5 0 1
# ... or a vnode gave more than it has; a block more or less is the guest's own business
elsewhere 17-layers 8 1024 5 0 0
elsewhere 16-vnuma-deep 2 2000 6 5 1
elsewhere 16-vnuma-deep 2 512 6 5 0

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
