# shellcheck shell=sh
# Sourced by the tests on the emulated Xen host. No rig, no test: 77 with a sentence;
# in continuous integration that is a failure.
. tests/cli/lib.sh

# rig ARGUMENT...: its output in $work/out
rig()
{
	tools/xen-rig/run --out "$work/rig" "$@" >"$work/out" 2>"$work/err"
	status=$?
	grep '^xen-rig: attempt' "$work/err"
	if [ "$status" -eq 77 ]; then
		cat "$work/out"
		[ "${CI:-}" = true ] && exit 1
		exit 77
	fi
	[ "$status" -eq 0 ] || {
		cat "$work/out"
		tail -n 30 "$work/err"
		fail "the rig ended with status $status"
		return 1
	}
}
