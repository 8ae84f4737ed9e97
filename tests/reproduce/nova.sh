#!/bin/sh
# Nova's answer without the walk over all pairings is that of the walk.
. tests/cli/lib.sh

for shape in "9 4" "8 1" "7 7" "8 6" "1 1" "10 3"; do
	# shellcheck disable=SC2086 # two words
	set -- $shape
	bench/reproduce/nova --cells "$1" --guest "$2" --all >"$work/out" || fail "$shape: status $?"
	awk -F, -v cells="$1" -v guest="$2" '
		$3 != NR - 1 || $4 != ($3 >= guest ? "fits" : "refused") { print; bad = 1 }
		$6 != "same" || split($5, node, " ") != ($4 == "fits" ? guest : 0) { print; bad = 1 }
		END { exit bad || NR != cells + 1 }' "$work/out" || fail "$shape: $(cat "$work/out")"
done
# 9!/5! pairings when one cell too few has room
bench/reproduce/nova --cells 9 --guest 4 >"$work/out" || fail "status $?"
[ "$(cut -d, -f1-7 "$work/out")" = 9,4,3,refused,,same,3024 ] || fail "$(cat "$work/out")"
bench/reproduce/nova --cells 4 --guest 5 >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || fail "a guest larger than the host is no error"
finish
