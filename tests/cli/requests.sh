#!/bin/sh
# What a command makes of a request that could mean two things, and what it says before it
# begins.
. tests/cli/lib.sh
export COLUMNS=1000 # a sentence a line

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
host=epyc-nps4-8n

# a file of zones and a zone by options: which is meant?
echo '{"zones": [{"name": "a", "vcpus": 2, "memory": "2GiB"}]}' >"$work/zones.json"
for option in --placement=scatter --numa-nodes=2 --name=b --target-cpus=1 --device=nic0; do
	refused 2 plan $host "$work/zones.json" $option
	says err "${option%%=*} describes a zone of its own, and $work/zones.json brings zones"
done
run 0 plan $host --placement scatter --target-cpus 32
says out '0 4'

# a count of nodes is for what the zone may grow to; a zone on one node is told of none
refused_count()
{
	run 1 plan $host --numa-nodes 2 --max-memory 100GiB "$@"
	says out '100 GiB are 50 GiB on each node, and 0 of the 8 nodes'
	says out 'would fit with numa_nodes 7'
	says out 'would fit with a maximum of at most 32GiB'
}
refused_count
refused_count --placement scatter
run 0 plan $host --numa-nodes 2 --max-memory 32GiB
run 0 plan $host --target-cpus 4 --format json
says out '"told": "flat"'
run 0 plan $host --target-cpus 17 --format json
says out '"told": "vnuma"'
run 0 plan $host --target-cpus 2 --max-cpus 16
[ -s "$work/err" ] && fail "vCPUs that fit on the node are not worth: $(cat "$work/err")"
run 0 plan $host --target-cpus 2 --max-cpus 17
says err '15 of 17 vCPUs are offline at boot: nodes were counted for the 2 that are online, and have 16 CPUs'

# what people call policies, wherever they are named
printf 'at_s,lifetime_s,vcpus,memory_mib\n0,10,2,1024\n5,10,2,1024\n' >"$work/t.csv"
trace="$work/t.csv"
run 0 plan $host "$work/zones.json" --policy scatter
says out "$host, edera-scatter"
run 0 compare $host "$work/zones.json" --what compact,scatter --format csv
says out edera-scatter
run 0 capacity $host --flavor 1x1GiB --policy scatter
says out edera-scatter
run 0 size "$trace" --host $host --policy compact,scatter
says out edera-scatter
run 0 run "$trace" --host $host --policy scatter --output "$work/scatter"
says out edera-scatter
policies=$("$HOMENODE" list policies --format csv | sed 1d | wc -l)
run 0 capacity $host --flavor 1x1GiB --policy all --format csv
[ "$(sed 1d "$work/out" | wc -l)" -eq "$policies" ] || fail "capacity: all is not $policies policies"
run 0 compare $host "$work/zones.json" --what all
run 0 run "$trace" --host $host --policy all --format csv --output "$work/all"
[ "$(sed 1d "$work/out" | wc -l)" -eq "$policies" ] || fail "run: all is not $policies policies"
run 0 size "$trace" --host $host --policy all --format csv
[ "$(sed 1d "$work/out" | wc -l)" -eq "$policies" ] || fail "size: all is not $policies policies"
refused 2 run "$trace" --host $host --policy all,flat
refused 2 plan $host "$work/zones.json" --policy all
says err 'homenode compare HOST ZONES'

# one way to say that a name is unknown
near()
{
	words=$1
	shift
	refused 2 "$@"
	says err "$words"
}
near 'unknown policy "compct"; did you mean "compact"?' plan $host --policy compct --name a
near 'unknown policy "scater"; did you mean "scatter"?' compare $host --what scater
near 'unknown policy "novaa"; did you mean "nova"?' size "$trace" --host $host --policy novaa
near 'unknown policy "qqqqqqqq"; "homenode list policies" names them all' run week --policy qqqqqqqq
near 'unknown host "epyc-nps4-8m"; did you mean "epyc-nps4-8n"?' show epyc-nps4-8m
near 'unknown workload "weak"; did you mean "week"?' run weak
near 'no-such-trace.csv: cannot be opened: No such file or directory' size no-such-trace.csv
near 'unknown backend "simm"; did you mean "sim"?' run week --backend simm
near 'unknown host choice "best-fits"; did you mean "best-fit"?' run week --choice best-fits
near 'unknown allocator "sli"; did you mean "slit"?' run week --allocator sli
near 'unknown command "shwo"; did you mean "show"?' shwo
near 'unknown option "--polcy"; did you mean "--policy"?' plan $host --polcy x
near 'unknown list "policie"; did you mean "policies"?' list policie
near 'unknown table "sumary"; did you mean "summary"?' list columns sumary
near '--placement: unknown placement "scater"; did you mean "scatter"?' plan $host --placement scater
near '--profile: unknown profile "strem"; did you mean "stream"?' plan $host --profile strem
near '--format: unknown format "jsn"; did you mean "json"?' plan $host --format jsn
near '--format: unknown format "markdwon"; did you mean "markdown"?' check "$work" --baseline b --format markdwon

# a path is a file, and no name from a list
refused 2 run "$work/nothing.csv"
says err "$work/nothing.csv: cannot be opened: No such file"

# a bare trace names no fleet
run 0 run "$trace" --output "$work/assumed"
head -1 "$work/err" | grep -q "names no fleet: 1 host of the kind $host is assumed; --host says which" ||
	fail "the fleet is not said first: $(cat "$work/err")"
run 0 size "$trace" --policy flat
says err "names no fleet: hosts of the kind $host are assumed; --host says which"
run 0 run "$trace" --host $host --output "$work/said"
grep -q 'names no fleet' "$work/err" && fail 'a fleet that was given is called assumed'
run 0 run "$trace" --output "$work/quiet" --quiet
[ -s "$work/err" ] && fail "--quiet said: $(cat "$work/err")"

# which columns a trace lacks
printf 'at_s,lifetime_s,cpus,mem\n0,1,2,3\n' >"$work/near.csv"
refused 2 run "$work/near.csv"
says err 'near.csv:1:1: the header is of no known trace format; the nearest, homenode-csv, also needs "vcpus", "memory_mib"'
printf 'vmid,cpu,memory,time\n0,1,2,3\n' >"$work/near.csv"
refused 2 size "$work/near.csv"
says err 'the nearest, huawei-east-1, also needs "type"'
printf 'a,b\n0,1\n' >"$work/far.csv"
refused 2 run "$work/far.csv"
says err "the header has no column of any known trace format (\`homenode list formats\`)"

# results do not go among other files
run 0 run "$trace" --host $host --output "$work/dir" --zones
run 0 run "$trace" --host $host --output "$work/dir"
[ -e "$work/dir/zones.csv" ] && fail 'a run left the zones of the run before'
echo precious >"$work/dir/notes.txt"
refused 2 run "$trace" --host $host --output "$work/dir"
says err "$work/dir holds \"notes.txt\", which no run writes"
run 0 run "$trace" --host $host --output "$work/dir" --force
[ "$(cat "$work/dir/notes.txt")" = precious ] || fail '--force took a file that is not its own'
refused 2 run "$trace" --host $host --output "$trace"
# nor over files that only have the names of results
for name in summary.csv timeline.partial.csv run.json; do
	mkdir "$work/foreign"
	echo precious >"$work/foreign/$name"
	refused 2 run "$trace" --host $host --output "$work/foreign"
	says err "foreign holds \"$name\" and no run.json of a run"
	[ "$(cat "$work/foreign/$name")" = precious ] || fail "$name is overwritten"
	run 0 run "$trace" --host $host --output "$work/foreign" --force
	run 0 run "$trace" --host $host --output "$work/foreign"
	rm -r "$work/foreign"
done

# where a second is a second it is said first: 15 s for each row
run_linux()
{
	"$HOMENODE" run "$trace" --host $host --backend linux "$@" --output "$work/linux" >"$work/out" 2>"$work/err"
	:
}
if ! "$HOMENODE" list backends --format csv | grep -q '^linux,.*cannot'; then
	run_linux --policy flat
	says err 'time passes as it does on linux: about 15 s'
	run_linux --policy flat,compact
	says err 'time passes as it does on linux: 2 rows of 15 s, about 30 s'
fi
run 0 run "$trace" --host $host --output "$work/dir" --force
grep -q 'time passes' "$work/err" && fail 'the simulator has a clock of its own'

# a zone that no empty host takes is named with its size, also where hosts run out first
printf 'at_s,lifetime_s,vcpus,memory_mib\n0,9,2,1024\n0,9,64,307200\n0,9,2,1024\n' >"$work/large.csv"
for most in 2 10000; do
	run 1 size "$work/large.csv" --host $host --policy compact --most $most --format csv
	says out 'zone 2 asks for 64 vCPUs and 300 GiB and is refused: no empty host has room'
done
printf 'at_s,lifetime_s,vcpus,memory_mib\n0,9,8,102400\n0,9,8,102400\n0,9,2,1024\n' >"$work/full.csv"
run 1 size "$work/full.csv" --host $host --policy compact --most 1
says out 'edera-compact: even with 1 host zone 2 is refused: no host has room'

# nothing is not success
cat >"$work/never.json" <<'END2'
{"duration": "1s", "policies": ["flat"], "generator": {"arrivals": {"per_hour": 0.01},
 "sizes": [{"vcpus": 1, "memory": "1GiB"}], "lifetimes": {"exponential": "1h"}}}
END2
refused 2 run "$work/never.json" --quiet --output "$work/never"
says err 'never.json: no zone comes before its duration is over'
[ -e "$work/never/summary.csv" ] && fail 'there are results of nothing'
refused 2 size "$work/never.json" --quiet
printf '{"zones": []}' >"$work/none.json"
for command in plan compare "capacity --flavor"; do
	# shellcheck disable=SC2086
	set -- $command
	refused 2 "$1" $host ${2:+"$2"} "$work/none.json"
done
: >"$work/empty"
refused 2 rehearse "$work/empty"
finish
