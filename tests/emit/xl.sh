#!/bin/sh
# xl itself reads every file (xl -N create), without a hypervisor; and what libxl cannot
# build is in none of them.
. tests/cli/lib.sh
. tests/emit/zones.sh
. tests/emit/xl_lib.sh

# read_by_xl FILE: status; what it understood is in $work/json
read_by_xl()
{
	LD_PRELOAD=$shim "$xl" -N create "$1" >"$work/json" 2>"$work/said"
}

# member NAME: its first value
member()
{
	sed -n "s/^ *\"$1\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" "$work/json" | head -n 1
}

[ -e "$shim" ] || { echo "skipped: no libxl to build against"; exit 77; }
fetch_xl
emit_all xl
printf 'name="x"\ntype="hvm"\nmemory=64\n' >"$work/small"
read_by_xl "$work/small" || skip "xl does not start here: $(tail -n 1 "$work/said")"

files=0
for file in "$work"/files/*/*.cfg; do
	files=$((files + 1))
	read_by_xl "$file" || fail "xl refuses $file: $(cat "$work/said")"
	grep -q '^type = "pvh"' "$file" && grep -Eq '^(vnuma|pci) = ' "$file" &&
		fail "$file: libxl builds no such PVH guest"
	grep -q '^type = "pv"' "$file" && grep -q '^vnuma' "$file" && fail "$file: PV with vnuma"
	[ "$(member numa_placement)" = False ] || fail "$file leaves libxl's placement on"
done
[ "$files" -eq 51 ] || fail "$files files, not 51"

read_by_xl "$work/files/edera-scatter/two.cfg"
[ "$(member max_memkb)" = 1048576 ] || fail "maxmem is $(member max_memkb)"
tr -d ' \n' <"$work/json" >"$work/flat"
says flat '{"memkb":524288,"distances":[32,10],"pnode":4,"vcpus":[10,11,12,13,14,15,16,17,18,19]}'
says flat '"type":"hvm"'

# the check can fail
sed 's/^maxmem.*/maxmem = 512/' "$work/files/edera-scatter/two.cfg" >"$work/wrong"
read_by_xl "$work/wrong" && fail "xl took sizes that do not add up"
sed 's/pnode=4/pnode=64/' "$work/files/edera-scatter/two.cfg" >"$work/wrong"
read_by_xl "$work/wrong" && fail "xl took a node that is not there"

# what is lost is said twice
grep -q 'zone told-not: --emit xl: libxl 4.17 builds no PVH guest with vnuma' \
	"$work/files/edera-compact.err" || fail "not said: $(cat "$work/files/edera-compact.err")"
grep -q -e '--backend xen' "$work/files/edera-compact.err" || fail "the other way is not named"
grep -q '^type = "pvh"' "$work/files/edera-compact/told-not.cfg" || fail "told-not is no PVH guest"
tr '\n#' '  ' <"$work/files/edera-compact/told-not.cfg" | tr -s ' ' |
	grep -q 'libxl 4.17 builds no PVH guest with vnuma, so there is none here' ||
	fail "not said in the file's head"
grep -q '^vnuma' "$work/files/short/both.cfg" && fail "vnuma although memory spills"
finish
