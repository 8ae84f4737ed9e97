#!/bin/sh
# Published measurements stay within the goals that docs/cost-model.md states.
data=../shared/data/memory
program=$HOMENODE_BUILD/homenode-model-vs-measured

[ -f $data/machines.json ] || { echo "skipped: no published measurements in $data"; exit 77; }
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
"$program" /nonexistent 2>/dev/null && { echo "a missing folder is no error"; failed=1; }
exit $failed
