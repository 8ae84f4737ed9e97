#!/bin/sh
# Traces of fleets from outside: what is said beside the results of a run, and of a size.
. tests/cli/lib.sh

cat >"$work/google.csv" <<'EOF'
0,,1,0,7,1,u=,3,9,0.125,0.25,0.2,0
5000000,,1,0,7,4,u=,3,9,0.125,0.25,0.2,0
EOF

# parts of a machine: of the host of the run, and that is said
run 0 run "$work/google.csv" --host xeon-8360y-2n --zones --output "$work/a"
says err 'taken for parts of xeon-8360y-2n'
says err 'rows of the trace name the machine they were placed on, which is not used (1)'
grep -q '"rows_that": "have a priority, which is not used: nobody gives way"' "$work/a/run.json" || fail "$(cat "$work/a/run.json")"
run 0 run "$work/google.csv" --host xeon-8360y-2n --output "$work/b" --quiet
[ -s "$work/err" ] && fail "--quiet said $(cat "$work/err")"
run 0 size "$work/google.csv" --host xeon-8360y-2n
says err 'taken for parts of xeon-8360y-2n'

# size and sweep say the same, once, however many runs they make of it
once()
{
	[ "$(grep -cF -- "$1" "$work/err")" -eq 1 ] || fail "not once: $1: $(cat "$work/err")"
}
once 'rows of the trace name the machine they were placed on, which is not used (1)'
{
	head -n 1 "$work/google.csv"
	echo 'x,,1,0,7,1,u=,3,9,0.125,0.25,0.2,0'
	tail -n 1 "$work/google.csv"
} >"$work/bad.csv"
run 0 size "$work/bad.csv" --host xeon-8360y-2n --skip-bad --arrivals +10% --policy edera-compact,flat
once '1 bad rows skipped, the first: '
once 'bad.csv:2:1: "time" must be'
once 'rows of the trace have a priority, which is not used: nobody gives way (1)'
run 0 size "$work/google.csv" --host xeon-8360y-2n --quiet
[ -s "$work/err" ] && fail "--quiet said $(cat "$work/err")"
cat >"$work/sweep.yaml" <<'EOF'
workloads: [bad.csv]
topologies: [xeon-8360y-2n]
hosts: [1, 2]
choices: [first-fit]
policies: [edera-compact, flat]
seeds: [1]
skip_bad: true
EOF
run 0 sweep "$work/sweep.yaml" -o "$work/swept"
once '1 bad rows skipped, the first: '
once 'bad.csv have a priority, which is not used: nobody gives way (1)'
grep -q '"rows_that": "have a priority' "$work/swept/run.json" || fail "$(cat "$work/swept/run.json")"
# rows that a journal has, which keeps no notes
run 0 sweep "$work/sweep.yaml" -o "$work/swept" --resume
once 'bad.csv have a priority, which is not used: nobody gives way (1)'
run 0 sweep "$work/sweep.yaml" -o "$work/swept" --force --quiet
[ -s "$work/err" ] && fail "--quiet said $(cat "$work/err")"

# a note has its end
printf 'vmId,tenantId,vmTypeId,priority,starttime,endtime\n1,1,10,0,1,2\n' >"$work/vm.csv"
printf 'id,vmTypeId,machineId,core,memory,hdd,ssd,nic\n1,10,16,0.5,0.25,,,\n' >"$work/types.csv"
echo '{"trace": {"file": "vm.csv", "types": "types.csv"}}' >"$work/packing.json"
run 0 run "$work/packing.json" --host xeon-8360y-2n --output "$work/packed"
once 'are sized as on the commonest type of machine, 16 (1)'

# of the machine that the workload names: 8 of 64 vCPUs, 64 of 256 GiB
cat >"$work/google.json" <<'EOF'
{"trace": {"file": "google.csv", "machine": {"vcpus": 64, "memory": "256GiB"}}}
EOF
run 0 run "$work/google.json" --host xeon-8360y-2n --zones --output "$work/c"
grep -q 'parts of' "$work/err" && fail "a machine that was named is said: $(cat "$work/err")"
grep -q ',1-0,stopped,,0,[0-9]*,8,68719476736,' "$work/c/zones.csv" || fail "$(cat "$work/c/zones.csv")"

# a folder of files is one table
mkdir "$work/folder"
head -n 1 "$work/google.csv" >"$work/folder/part-00000-of-00500.csv"
tail -n 1 "$work/google.csv" >"$work/folder/part-00001-of-00500.csv"
run 0 run "$work/folder" --host xeon-8360y-2n --zones --output "$work/d" --quiet
sed 's/,google,/,folder,/' "$work/a/zones.csv" | cmp -s - "$work/d/zones.csv" ||
	fail "the folder's zones are others: $(cat "$work/d/zones.csv")"

mkdir "$work/lines"
for i in 0 1; do
	printf '{"time":"%s","type":"%s","collection_id":"1","instance_index":"0","resource_request":{"cpus":0.125,"memory":0.25}}\n' \
		"${i}000000" "$((3 + 3 * i))" >"$work/lines/instance_events-00000000000$i.json"
done
run 0 run "$work/lines" --host xeon-8360y-2n --zones --output "$work/e" --quiet
grep -q ',1-0,stopped,.*,0,1000000000,' "$work/e/zones.csv" || fail "JSON lines: $(cat "$work/e/zones.csv")"

# machines are no zones
printf '0,10,0,P,0.5,0.25\n0,20,0,P,0.5,0.25\n9,10,1,P,0.5,0.25\n0,30,0,P,1,1\n' >"$work/machines.csv"
refused 2 run "$work/machines.csv"
says err 'is a table of machines, no zones'
says err '3 of them, 2 of CPUs 0.5, Memory 0.25; 1 of CPUs 1, Memory 1. '
printf 'sn,cpu_milli,memory_mib,gpu,model\na,96000,393216,8,G2\n' >"$work/nodes.csv"
refused 2 run "$work/nodes.csv"
says err '1 of cpu_milli 96000, memory_mib 393216, gpu 8, model G2'

# nothing is guessed of what is only like a trace
printf '1,2,3\n' >"$work/t.csv"
refused 2 run "$work/t.csv"
says err 't.csv:1:1: the header has no column of any known trace format'

# a packed trace that is damaged behind its rows: no bad row to be skipped, and read no further
gzip -c "$work/google.csv" >"$work/damaged.csv.gz"
printf 'no more of it\n' >>"$work/damaged.csv.gz"
for bad in '' --skip-bad; do
	timeout 60 "$HOMENODE" run "$work/damaged.csv.gz" $bad -q -o "$work/damaged" >"$work/out" 2>"$work/err"
	[ $? -eq 2 ] || fail "a damaged trace is read on $bad"
	says err 'cannot read on'
done
finish
