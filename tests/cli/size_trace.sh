#!/bin/sh
# homenode size on a trace of a region: the answer and one less, as run has them.
. tests/cli/lib.sh

data=../shared/data/traces/huawei-east-1
[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
[ -r $data/Huawei-East-1-lt.csv ] || { echo "skipped: $data is not there"; exit 77; }

run 0 size $data/Huawei-East-1-lt.csv --host xeon-8360y-2n --policy edera-compact --refused 0.1% --no-cost \
	--around 1 --format csv
hosts=$(awk -F, 'NR == 2 { print $10 }' "$work/out")
[ "$hosts" -gt 1 ] || fail "$hosts hosts take a region"
for nr in "$hosts" $((hosts - 1)); do
	run 0 run $data/Huawei-East-1-lt.csv --host "xeon-8360y-2n:$nr" --policy edera-compact --no-cost \
		--format csv -o "$work/run"
	awk -F, 'NR == 2 { exit !($11 * 1000000 <= 1000 * $9) }' "$work/out"
	echo "$nr $?" >>"$work/verdicts"
done
printf '%s 0\n%s 1\n' "$hosts" $((hosts - 1)) | cmp - "$work/verdicts" ||
	fail "run says of these: $(cat "$work/verdicts")"
finish
