#!/bin/sh
# The library's interface is the one that is kept in homenode/libhomenode.abi: what was added is
# fine, what was changed or taken away is not. HOMENODE_GOLDEN=rewrite keeps what is there now.
. tests/cli/lib.sh
library=$HOMENODE_BUILD/libhomenode.so
kept=homenode/libhomenode.abi
for program in abidw abidiff; do
	command -v $program >/dev/null 2>&1 || {
		echo "skipped: $program is not installed (abigail-tools)"
		exit 77
	}
done
readelf -S "$library" 2>/dev/null | grep -q debug_info || {
	echo "skipped: this build has no debug information, of which the interface is read"
	exit 77
}

# describe FILE: as little as says what callers depend on
describe()
{
	abidw --header-file homenode/homenode.h --drop-private-types --no-show-locs --no-corpus-path \
		--no-comp-dir-path --exported-interfaces-only --no-elf-needed --no-architecture --out-file "$1" "$library" ||
		fail "abidw ends with $?"
	# where the sources lay says nothing of the interface
	sed "s| path='$PWD/| path='|" "$1" >"$work/plain.abi" && cat "$work/plain.abi" >"$1"
}

if [ "${HOMENODE_GOLDEN:-}" = rewrite ]; then
	describe $kept
	exit 0
fi
describe "$work/now.abi"
abidiff --no-added-syms $kept "$work/now.abi" >"$work/out" 2>&1 ||
	fail "the interface is another: $(cat "$work/out")"

# and it can tell: a function that is gone
sed 's/hn_plan_price/hn_plan_cost/g' "$work/now.abi" >"$work/less.abi"
abidiff --no-added-syms $kept "$work/less.abi" >"$work/out" 2>&1 && fail "a function that is gone was not missed"
finish
