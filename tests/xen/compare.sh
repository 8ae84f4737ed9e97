#!/bin/sh
# The scenarios on the emulated host, now, against the simulator.
. tests/xen/lib.sh

tools/xen-rig/compare >"$work/out" 2>"$work/err"
status=$?
grep -E '^xen-rig: attempt|: [0-9]* s$' "$work/err"
if [ "$status" -eq 77 ]; then
	cat "$work/out"
	[ "${CI:-}" = true ] && exit 1
	exit 77
fi
tail -n 4 "$work/out"
[ "$status" -eq 0 ] || fail "status $status: $(awk '$NF != 0' "$work/out") $(tail -n 20 "$work/err")"
finish
