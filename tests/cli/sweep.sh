#!/bin/sh
# A sweep on threads: the rows are those of single runs, whoever ran them and in whatever pieces;
# what its file gets wrong is said with its place.
. tests/cli/lib.sh
. tests/cli/sweep_lib.sh
make_sweep "$work"

run 0 sweep "$work/sweep.yaml" --jobs 1 -o "$work/one"
says err "48 of $sweep_rows rows were not run"
says out "$sweep_rows rows"
[ "$(wc -l <"$work/one/summary.csv")" -eq $((sweep_rows + 1)) ] || fail "not $sweep_rows rows"
none_twice "$work/one"
for jobs in 2 5; do
	run 0 sweep "$work/sweep.yaml" --jobs $jobs -q -o "$work/$jobs"
	same "$work/$jobs"
done

# every row is that of `homenode run`
for hosts in 1 2; do
	for choice in first-fit worst-fit; do
		run 0 run "$work/in/day.json" --hosts $hosts --choice $choice \
			--policy edera-compact,flat --seed 5,11 -q -o "$work/alone"
		tail -n +2 "$work/alone/summary.csv" |
			sed "s/epyc-nps4-8n/epyc-nps4-8n:$hosts@$choice/" >"$work/rows"
		[ "$(wc -l <"$work/rows")" -eq 4 ] || fail "the run has not 4 rows"
		while read -r row; do
			grep -Fqx "$row" "$work/one/summary.csv" || fail "another row than $row"
		done <"$work/rows"
	done
done
cut -d, -f2 "$work/one/summary.csv" | tail -n +2 | uniq | LC_ALL=C sort -c ||
	fail "rows are not in order"

# others read it
run 0 diff "$work/one" "$work/2"
says out "$sweep_rows rows in both, $sweep_rows of them equal"
run 0 report "$work/one" -o "$work/page.html"

# killed, and gone on with: what was done is kept as it was
# shellcheck disable=SC2317 # called by name
kill_one()
{
	"$HOMENODE" sweep "$work/sweep.yaml" --jobs 2 -q -o "$work/killed" >/dev/null 2>&1 &
	pid=$!
	some_rows "$work/killed" "$pid"
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
half_done "$work/killed" kill_one
# a line that was being written
printf 'row 7 123 0' >>"$work/killed/sweep.journal"
refused 2 sweep "$work/sweep.yaml" -q -o "$work/killed"
says err '--resume goes on'
run 0 sweep "$work/sweep.yaml" --resume --jobs 2 -o "$work/killed"
says err "of $sweep_rows rows were done before"
kept "$work/killed"

# one that is whole is gone on with too, and runs nothing
cp "$work/killed/sweep.journal" "$work/journal"
run 0 sweep "$work/sweep.yaml" --resume -q -o "$work/killed"
same "$work/killed"
cmp "$work/journal" "$work/killed/sweep.journal" || fail "a whole sweep ran rows again"

# stopped by a signal: the same
# shellcheck disable=SC2317 # called by name
stop_one()
{
	"$HOMENODE" sweep "$work/sweep.yaml" --jobs 2 -q -o "$work/stopped" >/dev/null 2>"$work/err" &
	pid=$!
	some_rows "$work/stopped" "$pid"
	kill -TERM "$pid" 2>/dev/null
	wait "$pid"
	status=$?
}
half_done "$work/stopped" stop_one
[ "$status" -eq 3 ] || fail "a stopped sweep ended with $status: $(cat "$work/err")"
says err '--resume goes on behind them'
run 0 sweep "$work/sweep.yaml" --resume -q -o "$work/stopped"
kept "$work/stopped"

# a damaged line in the middle is named
sed '9s/0/1/' "$work/journal" >"$work/killed/sweep.journal"
refused 2 sweep "$work/sweep.yaml" --resume -q -o "$work/killed"
says err 'sweep.journal:9: the line is damaged'
sed '9d' "$work/journal" >"$work/killed/sweep.journal"
run 0 sweep "$work/sweep.yaml" --resume -q -o "$work/killed"
same "$work/killed"

# another sweep than the journal's
cp -r "$work/killed" "$work/other"
sed -i 's/150/151/' "$work/in/day.json"
refused 2 sweep "$work/sweep.yaml" --resume -q -o "$work/other"
says err 'is of another sweep: day.json has changed'
sed -i 's/151/150/' "$work/in/day.json"
refused 2 sweep "$work/sweep.yaml" --no-cost --resume -q -o "$work/other"
says err 'is of another sweep: it has "cost 1'

# so is one whose fleet in use, or whose racks, are others: files that a workload only names
cat >"$work/in/used.json" <<'END'
{"fleet": {"hosts": [{"topology": "epyc-nps4-8n"}], "initial": "in use.csv", "racks": "racks.csv"},
 "policies": ["flat"],
 "events": [{"at": "0s", "start": {"name": "A", "vcpus": 64, "memory": "4GiB"}, "lifetime": "1h"}]}
END
printf 'host,node,vcpus,memory_mib\n0,1,0,1024\n' >"$work/in/in use.csv"
printf 'host_id,rack_id\n0,7\n' >"$work/in/racks.csv"
printf 'workloads: [in/used.json]\n' >"$work/used.yaml"
run 0 sweep "$work/used.yaml" -q -o "$work/used"
for name in 'in use.csv' racks.csv; do
	grep -q "/in/$name\"" "$work/used/run.json" || fail "run.json does not name $name"
	cp "$work/in/$name" "$work/before"
	printf '0,2,1,1024\n' >>"$work/in/$name"
	[ "$name" = racks.csv ] && printf 'host_id,rack_id\n0,8\n' >"$work/in/$name"
	refused 2 sweep "$work/used.yaml" --resume -q -o "$work/used"
	says err "is of another sweep: $name has changed"
	cp "$work/before" "$work/in/$name"
done
run 0 sweep "$work/used.yaml" --resume -q -o "$work/used"
refused 2 sweep "$work/sweep.yaml" --resume --force -q -o "$work/other"
run 0 sweep "$work/sweep.yaml" --no-cost --force -q -o "$work/other"
cmp -s "$work/other/summary.csv" "$work/one/summary.csv" && fail "--no-cost prices rows"

# progress without a terminal
run 0 sweep "$work/sweep.yaml" --force --progress 1ms -o "$work/other"
grep -Eq '^homenode: row [0-9]+ of 112, [0-9]+ running: [0-9.]+( M)? events' "$work/err" ||
	fail "no progress: $(head -n 3 "$work/err")"
grep -q ' 0\.0 M events' "$work/err" && fail "progress of nothing: $(head -n 3 "$work/err")"

# several ranks of a program that knows none
OMPI_COMM_WORLD_SIZE=4 "$HOMENODE" sweep "$work/sweep.yaml" -o "$work/none" 2>"$work/err" &&
	fail "one of four ranks ran all rows"
says err 'run homenode-mpi sweep'
says err 'apt-get install libopenmpi-dev openmpi-bin'

# wrong TEXT SENTENCE: a file of this text is refused so
wrong()
{
	printf '%s\n' "$1" >"$work/wrong.yaml"
	refused 2 sweep "$work/wrong.yaml" -q -o "$work/none"
	says err "$2"
	[ ! -e "$work/none" ] || fail "a wrong file left a directory"
}
wrong 'workloads: [in/day.json]
polices: [flat]' 'wrong.yaml:2:1: '
says err '"policies"'
wrong 'workloads: []' 'wrong.yaml:1:12: "workloads" is empty'
wrong 'policies: [flat]' 'workloads'
wrong 'workloads: [in/absent.json]' 'in/absent.json'
wrong 'workloads: [weak]' 'wrong.yaml:1:13: unknown workload "weak"'
wrong 'workloads: [in/day.json, in/day.json]' 'two workloads called "day"'
wrong 'workloads: [in/day.json]
topologies: [epyc-nps4-8m]' 'wrong.yaml:2:14: there is no host "epyc-nps4-8m"'
wrong 'workloads: [in/day.json]
topologies: [this]' 'another host on every machine'
wrong 'workloads: [in/day.json]
hosts: [0]' 'wrong.yaml:2:9: '
wrong 'workloads: [in/day.json]
hosts: [1, 2, 1]' 'given twice'
wrong 'workloads: [in/day.json]
topologies: [{topology: epyc-nps4-8n, count: 3}]
hosts: [2]' 'wrong.yaml:3:8: "hosts" needs fleets of one kind without a count'
wrong 'workloads: [in/day.json]
choices: [first-fit, frst]' 'wrong.yaml:2:22: there is no host choice "frst"'
wrong 'workloads: [in/day.json]
policies: [flat, flatt]' 'wrong.yaml:2:'
wrong 'workloads: [in/day.json]
memory: [statc]' 'wrong.yaml:2:10: '
wrong 'workloads: [in/day.json]
allocators: [xenn]' 'there is no allocator "xenn"; there are xen, most-free, slit, home-strict'
wrong 'workloads: [in/day.json]
seeds: [1, 2, 1]' 'the seed 1 is given twice'
wrong 'workloads: [in/day.json]
seeds: {first: 3}' '"count"'
wrong 'workloads: [in/day.json, balloon-week]' 'name different'
wrong 'workloads: [in/day.json]
topologies: [epyc-nps4-8n, epyc-nps4-8n]' 'two fleets are both called'

# fleets of several kinds, hosts of a file beside it, counts where names alone would be the same
cp topologies/epyc-nps4-8n.xml "$work/in/mine.xml"
cat >"$work/fleets.json" <<'END'
{"name": "fleets", "workloads": ["in/list.json"], "policies": ["flat"], "seeds": [1],
 "topologies": [[{"topology": "epyc-nps4-8n", "count": 2}, {"topology": "in/mine.xml"}],
  {"topology": "in/mine.xml", "count": 2}, "in/mine.xml"]}
END
run 0 sweep "$work/fleets.json" -q -o "$work/fleets"
[ "$(cut -d, -f2 "$work/fleets/summary.csv" | tr '\n' ' ')" = \
	"topology epyc-nps4-8n:2+mine:1 mine:1 mine:2 " ] ||
	fail "fleets are called $(cut -d, -f2 "$work/fleets/summary.csv" | tr '\n' ' ')"

# nobody else writes the same directory; a sweep of many rows, so that it lasts until it is stopped
sed 's/count: 7/count: 3000/' "$work/sweep.yaml" >"$work/long.yaml"
"$HOMENODE" sweep "$work/long.yaml" --jobs 1 -q --force -o "$work/locked" >/dev/null 2>&1 &
pid=$!
some_rows "$work/locked" "$pid"
kill -STOP "$pid" || fail "the first sweep is over already"
"$HOMENODE" sweep "$work/long.yaml" --force -q -o "$work/locked" >/dev/null 2>"$work/err" &&
	fail "two sweeps write one directory"
says err 'another sweep writes it'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
finish
