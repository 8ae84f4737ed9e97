#!/bin/sh
# homenode-advised: without advice a row is that of homenode run; with it zones are nearer to their
# memory, and as many are placed. No step of the advice fails for want of room, or it would end.
. tests/cli/lib.sh

advised=$HOMENODE_BUILD/homenode-advised
[ -x "$advised" ] || { echo "skipped: homenode-advised is not built"; exit 77; }
sed 's/"duration": "7d"/"duration": "2d"/' workloads/balloon-week.json >"$work/two-days.json"
set -- "$work/two-days.json" --memory dynamic --allocator xen

run 0 run "$@" --output "$work/run" --quiet --format csv
# column NAME: of the run
column()
{
	awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		NR == 2 { print $at }' "$work/out"
}
placed=$(column zones_placed) local=$(column local_page_ppm) slowdown=$(column slowdown_ppm)

"$advised" replay "$@" --every 12h --steps 4 >"$work/table" 2>"$work/err" ||
	fail "ended with $?: $(cat "$work/err")"
# cell ADVICE NUMBER
cell()
{
	awk -v advice="$1" -v at="$2" '$3 == advice { print $at }' "$work/table"
}
[ "$(cell none 4)" = "$placed" ] || fail "$(cell none 4) zones placed, not $placed"
[ "$(cell none 6)" = "$(awk "BEGIN { printf \"%.2f\", $local / 10000 }")" ] ||
	fail "local is $(cell none 6) %, not $local ppm"
[ "$(cell none 7)" = "$(awk "BEGIN { printf \"%.3f\", $slowdown / 1000000 }")" ] ||
	fail "slowdown is $(cell none 7), not $slowdown ppm"
for advice in restarts static; do
	awk "BEGIN { exit !($(cell $advice 6) > $(cell none 6) + 1) }" ||
		fail "$advice: $(cell $advice 6) % local, $(cell none 6) % without"
	awk "BEGIN { exit !($(cell $advice 11) > 0) }" || fail "$advice: $(cell $advice 11) vCPU-h won"
done
[ "$(cell restarts 4)" = "$placed" ] || fail "advice had other zones placed"

"$advised" replay week --policy nova --memory static >"$work/out" 2>&1 && fail "nova's books are behind its back"
says out "remembers"
finish
