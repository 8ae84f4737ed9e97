#!/bin/sh
# A fleet in clusters: the same files whoever runs which, also through a cache, and what cannot be
# had of one is said in a line.
. tests/cli/lib.sh

# fleet MEMBER...: a workload of the trace beside it
fleet()
{
	cat <<-END
		{"name": "region", "trace": {"file": "t.csv"}, $1
		"policies": ["edera-compact", "flat"], "fleet": {"clusters": [
		{"name": "north", "hosts": [{"topology": "epyc-nps4-8n", "count": 2}]},
		{"name": "south", "hosts": [{"topology": "xeon-8360y-2n"}]},
		{"name": "west", "hosts": [{"topology": "xeon-8360y-2n"}, {"topology": "epyc-nps4-8n"}]}]}}
	END
}

# same FOLDER FOLDER
same()
{
	for file in summary timeline zones; do
		cmp "$1/$file.csv" "$2/$file.csv" || fail "$file.csv of $2 is another than of $1"
	done
}

awk 'BEGIN {
	split("north south west", name, " ")
	print "at_s,lifetime_s,vcpus,memory_mib,name,cluster"
	for (i = 0; i < 1500; i++)
		printf "%d,%s,%d,%d,zone-%d,%s\n", i * 7, i % 9 ? 500 + i * 37 % 3000 : "", 1 + i % 9,
			256 * (1 + i * 11 % 40), i, name[1 + i * i % 7 % 3]
}' >"$work/t.csv"
fleet '' >"$work/w.json"
fleet '"refused": "queue",' >"$work/queue.json"
for workload in w queue; do
	run 0 run "$work/$workload.json" --zones --jobs 1 -o "$work/$workload-1"
	for jobs in 2 5; do
		run 0 run "$work/$workload.json" --zones --jobs $jobs -q -o "$work/$workload-$jobs"
		same "$work/$workload-1" "$work/$workload-$jobs"
	done
done
run 0 run "$work/w.json" --zones --jobs 3 --cache "$work/cache" -q -o "$work/cached"
same "$work/w-1" "$work/cached"
grep -q ',edera-compact,as-asked,xen,1,5,1500,' "$work/w-1/summary.csv" ||
	fail "not 1500 zones on 5 hosts: $(cat "$work/w-1/summary.csv")"
[ -z "$(find "$work/w-1" -name '.homenode*')" ] || fail "a log was left"

# others read it, a sweep runs it, a fleet without clusters takes the zones anywhere
run 0 report "$work/w-1" -o "$work/page.html"
echo "{\"workloads\": [\"$work/w.json\"]}" >"$work/sweep.json"
for jobs in 1 4; do
	run 0 sweep "$work/sweep.json" --jobs $jobs -q -o "$work/sweep-$jobs"
	cmp "$work/w-1/summary.csv" "$work/sweep-$jobs/summary.csv" || fail "the sweep has other rows"
done
# where nobody samples, a step that is short for so long a time bounds nothing
fleet '"duration": "400d", "timeline_step": "1s",' >"$work/long.json"
echo "{\"workloads\": [\"$work/long.json\"]}" >"$work/sweep.json"
run 0 sweep "$work/sweep.json" -q -o "$work/sweep-long"
refused 2 run "$work/long.json" -q -o "$work/no"
says err 'say a longer "timeline_step"'
run 0 run "$work/w.json" --host epyc-nps4-8n:4 -o "$work/hosts"
says err "rows of the trace name a cluster, and the fleet has none: their zones go anywhere (1500)"

# a trace for each cluster: the zones come as in one trace of all, in the order of time
mkdir "$work/each"
for name in north south west; do
	awk -F, -v OFS=, -v name=$name 'NR == 1 || $6 == name { NF = 5; print }' "$work/t.csv" \
		>"$work/each/$name.csv"
done
sed -e 's/"trace": {"file": "t.csv"},//' \
	-e 's/"name": "\([nsw][a-z]*\)"/&, "trace": {"file": "\1.csv"}/' "$work/w.json" >"$work/each/w.json"
for jobs in 1 3; do
	run 0 run "$work/each/w.json" --zones --jobs $jobs -q -o "$work/each/$jobs"
	same "$work/w-1" "$work/each/$jobs"
done
run 0 run "$work/each/w.json" --zones --cache "$work/cache" -q -o "$work/each/cached"
same "$work/w-1" "$work/each/cached"
grep -q 'south.csv' "$work/each/1/run.json" || fail "run.json does not name the traces"
echo "{\"workloads\": [\"$work/each/w.json\"]}" >"$work/sweep.json"
run 0 sweep "$work/sweep.json" --jobs 2 -q -o "$work/each/sweep"
cmp "$work/w-1/summary.csv" "$work/each/sweep/summary.csv" || fail "the sweep has other rows"
refused 2 run "$work/each/w.json" --host epyc-nps4-8n -q -o "$work/no"
says err 'has a trace of its own, whose zones go to no other hosts'
sed 's/, "trace": {"file": "west.csv"}//' "$work/each/w.json" >"$work/each/two.json"
refused 2 run "$work/each/two.json" -q -o "$work/no"
says err 'the clusters have a "trace" each, or the workload has one for all'
echo 'x,y,z,1,2' >>"$work/each/west.csv"
refused 2 run "$work/each/w.json" --jobs 2 -q -o "$work/no"
says err 'west.csv:'
run 0 run "$work/each/w.json" --skip-bad --jobs 2 -o "$work/each/skipped"
says err '1 bad rows skipped, the first: '

# sentences count hosts as the fleet lists them, as columns do
cat >"$work/group.json" <<END
{"fleet": {"clusters": [{"name": "a", "hosts": [{"topology": "xeon-8360y-2n", "count": 3}]},
{"name": "b", "hosts": [{"topology": "xeon-8360y-2n", "count": 2}]}]}, "events": [
{"at": 0, "cluster": "b", "start": {"name": "one", "vcpus": 60, "memory": "1GiB"},
"group": {"name": "g", "rule": "affinity"}},
{"at": 1, "cluster": "b", "start": {"name": "two", "vcpus": 60, "memory": "1GiB"},
"group": {"name": "g", "rule": "affinity"}}]}
END
run 0 run "$work/group.json" --zones -q -o "$work/group"
grep -q 'group ""g"" (affinity) lives on host 3; 1 other host has room' "$work/group/zones.csv" ||
	fail "not on host 3: $(cat "$work/group/zones.csv")"
sed 's/"fleet": {/&"initial": [{"host": 4, "nodes": [{"memory": "900GiB"}]}], /' "$work/group.json" \
	>"$work/initial.json"
refused 2 run "$work/initial.json" -q -o "$work/no"
says err "node 0 of host 4 is to have 0 vCPUs and 900 GiB taken"

# what cannot be
refused 2 run "$work/w.json" --hosts 3 -q -o "$work/no"
says err "--hosts does not say which cluster"
refused 2 run "$work/w.json" --refused stop -q -o "$work/no"
says err "does not stop at the first refused zone"
refused 2 run "$work/w.json" --probe -q -o "$work/no"
says err "--probe is of one machine"
refused 2 run "$work/w.json" --record "$work/r" --policy flat -q -o "$work/no"
says err "--record is of one machine"
refused 2 size "$work/w.json" -q
says err "size looks for one number of hosts"
echo "{\"workloads\": [\"$work/w.json\"], \"topologies\": [\"epyc-nps4-8n\"]}" >"$work/no.json"
refused 2 sweep "$work/no.json" -q -o "$work/no"
says err "no.json:1:"
says err "which no other fleet has; leave out \"topologies\""
sed 's/west/north/' "$work/w.json" >"$work/twice.json"
refused 2 run "$work/twice.json" -q -o "$work/no"
says err "there are two clusters \"north\""
sed '$s/,[a-z]*$/,east/' "$work/t.csv" >"$work/east"
mv "$work/east" "$work/t.csv"
refused 2 run "$work/w.json" --jobs 3 -q -o "$work/no"
says err "t.csv:1501:"
says err "the fleet has no cluster \"east\"; it has north, south and west"
[ ! -e "$work/no/summary.csv" ] || fail "a run that failed left results"
run 0 run "$work/w.json" --skip-bad --jobs 2 -o "$work/skipped"
says err "1 bad rows skipped, the first: $work/t.csv:1501:"
finish
