#!/bin/sh
# The scenarios on the emulated host, now, against the simulator. Those that take longest
# are left to the recorded table, as all of Xen is to take twelve minutes at most.
. tests/xen/lib.sh

tools/xen-rig/compare --without 13-balloon-two-nodes --without 14-low-memory \
	--without 16-vnuma-deep --without 17-layers >"$work/out" 2>"$work/err"
status=$?
grep -E '^xen-rig: attempt|: [0-9]* s$' "$work/err"
if [ "$status" -eq 77 ]; then
	cat "$work/out"
	[ "${CI:-}" = true ] && exit 1
	exit 77
fi
tail -n 5 "$work/out"
[ "$status" -eq 0 ] || fail "status $status: $(awk '$NF != 0' "$work/out") $(tail -n 20 "$work/err")"
finish
