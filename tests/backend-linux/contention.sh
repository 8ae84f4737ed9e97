#!/bin/sh
# Zones measured among neighbours on this machine: a figure or a reason at every point, the same
# points predicted by the simulator, and a record that replays byte for byte.
. tests/cli/lib.sh

"$HOMENODE" list backends | grep '^linux .*not in this build' && {
	echo "skipped: this build has no libnuma"
	exit 77
}
[ "$(nproc)" -ge 2 ] || {
	echo "skipped: one CPU has no room for neighbours"
	exit 77
}
# two of 1 vCPU on one node: there is a neighbour wherever the test runs
cat >"$work/two.json" <<'END'
{"name": "two", "duration": "0.1s", "policies": ["edera-compact"],
 "fleet": {"hosts": [{"topology": "this", "count": 1}]},
 "events": [
	{"at": "0s", "start": {"name": "A", "vcpus": 1, "memory": "16MiB", "memory_policy": "static"}},
	{"at": "0s", "start": {"name": "B", "vcpus": 1, "memory": "16MiB", "memory_policy": "static"}}]}
END

# points RUN EXPRESSION: how many rows of its contention.csv it holds for; names are columns
points()
{
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		function of(name) { return $at[name] }
		{ found = of("point_ps") of("point_bytes_per_s") }
		'"$2"' { n++ }
		END { print n + 0 }' "$work/$1/contention.csv"
}

run 0 run "$work/two.json" --backend linux --contention --levels 100 --record "$work/record" \
	-o "$work/real" -q
cp "$work/out" "$work/table"
[ "$(points real 1)" = 16 ] || fail "two zones, four points, two levels: $(cat "$work/real/contention.csv")"
[ "$(points real 'found == "" && of("reason") == ""')" = 0 ] || fail "nothing, and no reason"
[ "$(points real 'found != "" && of("reason") != ""')" = 0 ] || fail "a figure and a reason"
# an idle latency is the thread's own time, whoever else uses the machine
[ "$(points real 'of("point") == "latency" && of("level_percent") == 0 && found > 0')" = 2 ] ||
	fail "idle latencies: $(cat "$work/real/contention.csv")"
[ "$(points real 'of("level_percent") > 0 && of("neighbours") != 1')" = 0 ] || fail "one neighbour"
[ "$(points real 'of("reason") != "" && of("reason") !~ /something else ran there$/')" = 0 ] ||
	fail "reasons: $(cat "$work/real/contention.csv")"
says table 'contention: this two edera-compact'
says table 'measured against predicted, the model is within'
awk 'length > 80' "$work/table" | grep . && fail "wider than 80 columns"

# the record, anywhere
run 0 run "$work/two.json" --host this --contention --levels 100 --replay "$work/record" \
	-o "$work/replayed" -q
cmp "$work/real/contention.csv" "$work/replayed/contention.csv" || fail "the replay is another run"
refused 2 run "$work/two.json" --host this --contention --levels 50,100 --replay "$work/record" \
	-o "$work/other" -q
says err 'where the record has'
run 0 diff "$work/real" "$work/replayed"
says out '16 points in both, 16 of them equal'

# what the simulator says of the same points
run 0 run "$work/two.json" --contention --levels 100 -o "$work/predicted" -q
[ "$(points predicted 'found != ""')" = 0 ] || fail "the simulator measures nothing"
says out '16 of 16 points not measured: the sim backend measures nothing'
for figure in predicted_point_ps predicted_point_bytes_per_s predicted_load_bytes_per_s; do
	for run in real predicted; do
		awk -F, -v name=$figure 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
			{ print $c }' "$work/$run/contention.csv" >"$work/$run.said"
	done
	cmp "$work/real.said" "$work/predicted.said" || fail "$figure depends on who carries it out"
done
run 1 diff "$work/predicted" "$work/real"
says out 'predicted'
says out '16 points in both'
run 1 diff "$work/predicted/contention.csv" "$work/real/contention.csv" --format csv
[ "$(grep -c '^changed,' "$work/out")" = "$(points real 'found != ""')" ] || fail "changes: $(cat "$work/out")"
run 1 diff "$work/predicted" "$work/real" --format json
says err 'homenode diff'

# without it nothing of an earlier run is left
run 0 run "$work/two.json" -o "$work/predicted" -q
[ -e "$work/predicted/contention.csv" ] && fail "points of an earlier run are still there"

# stopped in the middle: what was measured stays, marked
"$HOMENODE" run "$work/two.json" --backend linux --contention -o "$work/stopped" >"$work/out" 2>"$work/err" &
child=$!
sleep 3
kill -INT $child
wait $child
[ $? -eq 3 ] || fail "stopped: $(cat "$work/err")"
if [ -e "$work/stopped/contention.partial.csv" ]; then
	grep -q ',stopped by a signal$' "$work/stopped/contention.partial.csv" ||
		fail "stopped: $(cat "$work/stopped/contention.partial.csv")"
else
	says err 'stopped by a signal'
fi
[ -e "$work/stopped/contention.csv" ] && fail "half a run looks like a whole one"

refused 2 run "$work/two.json" --levels 50
says err 'of --contention'
refused 2 run "$work/two.json" --contention --levels 50,20
refused 2 run "$work/two.json" --contention --hosts 2 --host epyc-nps4-8n
says err 'one host'
finish
