#!/bin/sh
# Published measurements stay within the goals that docs/cost-model.md states.
data=../shared/data/memory
program=$HOMENODE_BUILD/homenode-model-vs-measured

[ -f $data/machines.json ] || { echo "skipped: no published measurements in $data"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
out=$("$program" $data) || exit 1
# goal TEXT FIELD LIMIT: a summary line, the quantile before which word, per cent
goal()
{
	echo "$out" | awk -v text="$1" -v word="$2" -v limit="$3" '
	index($0, text) == 1 {
		for (i = 1; i < NF; i++)
			if ($i == word) value = $(i + 1) + 0
		found = 1
	}
	END { exit !found || value > limit }' || { echo "beyond its goal: $1"; failed=1; }
}
failed=0
goal "composition" worst 2
goal "mixes" below 6
goal "mixes" worst 10
goal "loaded latency, universal" below 9
goal "loaded latency, idle and six" below 6
goal "latency from the SLIT" error 7

# what grades say of errors is this, not typed in
"$program" --errors $data >"$work/table.c" || { echo "no errors"; failed=1; }
cmp "$work/table.c" cost/params/error_table.c ||
	{ echo "write it again: $program --errors $data >cost/params/error_table.c"; failed=1; }

# a machine that lacks a cell is named, the others are as they were
sed 's/55263\.8/null/' $data/machines.json >"$work/machines.json"
cmp -s $data/machines.json "$work/machines.json" && { echo "no cell to remove"; failed=1; }
cp $data/loaded_latency.csv "$work"
"$program" "$work" >"$work/out" 2>"$work/err" || { echo "stops at a missing cell"; failed=1; }
grep -q "warning: IVB_E5-2680v2_2S: no bandwidth of node 0" "$work/err" ||
	{ echo "says: $(cat "$work/err")"; failed=1; }
grep -q "^| IVB.* reads of each node" "$work/out" && { echo "IVB is still there"; failed=1; }
[ "$(echo "$out" | grep -c "^| ")" -eq $(($(grep -c "^| " "$work/out") + 3)) ] ||
	{ echo "more than IVB is gone"; failed=1; }

"$program" /nonexistent 2>/dev/null && { echo "a missing folder is no error"; failed=1; }
exit $failed
