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

# dom0_programs RELEASE TARGET...: their folder in $programs, built for that release's libxl
dom0_programs()
{
	programs=$(tools/xen-rig/dom0-build "$@" 2>"$work/err")
	status=$?
	[ "$status" -ne 0 ] || return 0
	echo "$programs"
	[ "$status" -eq 77 ] && [ "${CI:-}" != true ] && exit 77
	tail -n 20 "$work/err"
	exit 1
}

# defects_as_documented VERSION: what the scenario found, against that column of the page
defects_as_documented()
{
	awk -F ' *[|] *' -v version="$1" '
		$3 == "defect" { for (i = 1; i <= NF; i++) if ($i == version) column = i }
		column && $2 ~ /^[0-9]+$/ && $(NF - 1) == "tested" { print "defect", $2, $column }
		' docs/upstream-xen.md >"$work/documented"
	[ -s "$work/documented" ] || fail "docs/upstream-xen.md has no defect tested on $1"
	grep -aE '^defect [0-9]+ (there|gone)$' "$work/out" | LC_ALL=C sort -k 2n >"$work/found"
	diff "$work/documented" "$work/found" || fail "other defects than docs/upstream-xen.md has for $1"
}
