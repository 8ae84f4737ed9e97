#!/bin/sh
# Inputs made to break things: times near the end of the clock, names that are paths, rows that
# are no rows, hosts without memory, fleets that cannot be counted. Each ends with a sentence,
# and nothing is written but where it was asked for.
. tests/cli/lib.sh

host=$PWD/topologies/epyc-nps4-8n.xml
# what is endless or fills the disk fails here
ulimit -f 100000

# times: each alone, and their sum
printf 'at_s,lifetime_s,vcpus,memory_mib,name\n0,9223372035,1,512,a\n' >"$work/life.csv"
refused 2 run "$work/life.csv" --host "$host" --output "$work/o" --quiet
says err "life.csv:2:3: \"lifetime_s\" must be a number of seconds"
printf 'at_s,lifetime_s,vcpus,memory_mib,name\n4600000000,4600000000,1,512,a\n' >"$work/sum.csv"
refused 2 run "$work/sum.csv" --host "$host" --output "$work/o" --quiet
says err "sum.csv:2: the zone would stop more than 146 years"
# a bad row as any other
printf 'at_s,lifetime_s,vcpus,memory_mib,name\n1,5,1,512,b\n4600000000,4600000000,1,512,a\n' \
	>"$work/sum.csv"
run 0 run "$work/sum.csv" --host "$host" --output "$work/o" --quiet --skip-bad
printf '{"events":[{"at":"40000d","start":{"name":"a","vcpus":1,"memory":"1GiB"},"lifetime":"40000d"}]}' \
	>"$work/sum.json"
refused 2 run "$work/sum.json" --host "$host" --output "$work/o" --quiet
says err "the zone would stop after more than 146 years"
printf '{"duration":"200000d","generator":{"arrivals":{"per_hour":1},"sizes":[{"vcpus":1,"memory":"1GiB"}],"lifetimes":"never"}}' \
	>"$work/long.json"
refused 2 run "$work/long.json" --host "$host" --output "$work/o" --quiet
says err 'at most 146 years'
printf '{"timeline_step":"1000d","generator":{"arrivals":{"per_hour":0.0001},"limit":1000,"sizes":[{"vcpus":1,"memory":"1GiB"}],"lifetimes":{"exponential":"1h"}}}' \
	>"$work/rare.json"
refused 2 run "$work/rare.json" --host "$host" --output "$work/o" --quiet
says err 'would arrive after more than 146 years'
# a timeline that nobody reads
printf '{"timeline_step":"1s","events":[{"at":0,"start":{"name":"a","vcpus":1,"memory":"1GiB"}},{"at":"40000d","stop":"a"}]}' \
	>"$work/steps.json"
refused 2 run "$work/steps.json" --host "$host" --output "$work/o" --quiet
says err 'say a longer "timeline_step"'

# names are not paths
printf '{"zones":[{"name":"..","vcpus":32,"memory":"24GiB"},{"name":".","vcpus":1,"memory":"1GiB"}]}' \
	>"$work/zones.json"
mkdir "$work/outer"
run 0 plan "$host" "$work/zones.json" --emit acpi --output "$work/outer/inner"
[ "$(ls -A "$work/outer")" = inner ] || fail "beside the directory: $(ls -A "$work/outer")"
for folder in _ _.; do
	[ -f "$work/outer/inner/$folder/slit.aml" ] || fail "in it: $(find "$work/outer/inner")"
done
home=$PWD
mkdir -p "$work/a/b/c"
printf '{"name":"../../../escaped","duration":"1h","generator":{"arrivals":{"per_hour":4},"sizes":[{"vcpus":1,"memory":"2GiB"}],"lifetimes":"never"}}' \
	>"$work/named.json"
(cd "$work/a/b/c" && HOMENODE_DATA=$home "$HOMENODE" run "$work/named.json" --quiet >/dev/null) ||
	fail "a workload with an odd name does not run"
[ -f "$work/a/b/c/results/runs/_._.._.._escaped/summary.csv" ] ||
	fail "its results are elsewhere: $(find "$work/a")"

# what a terminal would obey
escape=$(printf '\033[31mred')
printf '{"name":"%s","note":"%s","duration":"1h","generator":{"arrivals":{"per_hour":4},"sizes":[{"vcpus":1,"memory":"2GiB"}],"lifetimes":"never"}}' \
	'\u001b[31mred' '\u009b31mred' >"$work/coloured.json"
cp topologies/epyc-nps4-8n.xml "$work/$escape.xml"
cp "$work/coloured.json" "$work/$escape.json"
{
	"$HOMENODE" run "$work/coloured.json" --host "$work/$escape.xml" --output "$work/coloured"
	"$HOMENODE" run "$work/$escape.json" --output "$work/coloured2"
	"$HOMENODE" check "$work/coloured" --baseline "$work/coloured2/summary.csv"
	"$HOMENODE" show "$work/$escape.xml"
	"$HOMENODE" plan "$work/$escape.xml" --name z --target-cpus 1
	"$HOMENODE" run "$escape" --policy "$escape"
} 2>&1 </dev/null | grep -v 'results are in' >"$work/out"
grep -c "$(printf '\033')" "$work/out" >/dev/null && fail "an escape came through: $(cat -v "$work/out")"
says out '?[31mred'

# a fleet that wraps
hosts=
i=0
while [ $i -lt 4295 ]; do
	hosts="$hosts --host $host:1000000"
	i=$((i + 1))
done
# shellcheck disable=SC2086
refused 2 run "$work/life.csv" $hosts --output "$work/o"
says err 'a fleet has at most 1000000 hosts, not 4295000000'

# a table without columns
for empty in '{}' '{"format": 2}' '{"format": 2, "x": 1}'; do
	printf '%s\n' "$empty" >"$work/summary.csv"
	refused 2 check "$work/summary.csv" --baseline results/baseline/week.csv
	says err 'there is no column "topology"'
done

# a host without memory
sed 's/local_memory="[0-9]*"/local_memory="0"/' "$host" >"$work/empty.xml"
run 1 plan "$work/empty.xml" --name v --target-cpus 1
"$HOMENODE" run "$work/sum.csv" --skip-bad --host "$work/empty.xml" --dom0-memory 1GiB --output \
	"$work/o2" >"$work/out" 2>"$work/err" </dev/null
status=$?
[ $status -le 2 ] || fail "a host without memory ends with $status: $(cat "$work/err")"
# what never ends, ends when it is told to: rows that are all bad, a pipe that says nothing
ends()
{
	"$HOMENODE" run - --trace huawei-east-1 --skip-bad --host "$host" --output "$work/endless" \
		>"$work/out" 2>"$work/err" <"$work/pipe" &
	program=$!
	sleep 1
	kill "-$1" $program
	i=0
	while kill -0 $program 2>/dev/null; do
		i=$((i + 1))
		[ $i -lt 100 ] || break
		sleep 0.1
	done
	[ $i -lt 100 ] || {
		fail "SIG$1 does not end $2"
		kill -9 $program
	}
	wait $program
	status=$?
	# before it listens, a signal ends it the ordinary way
	[ $status -gt 128 ] || {
		[ $status -eq 3 ] || fail "SIG$1 ends $2 with $status: $(cat "$work/err")"
		says err 'stopped by a signal'
	}
}
mkfifo "$work/pipe"
# two runs into one directory: the first waits for its trace meanwhile
{
	printf 'vmid,cpu,mem,at,lt\n0,4,16,0.0,194.0\n'
	i=0
	while [ ! -f "$work/second" ] && [ $i -lt 100 ]; do
		i=$((i + 1))
		sleep 0.1
	done
} >"$work/pipe" &
"$HOMENODE" run - --trace huawei-east-1 --host "$host" --output "$work/shared" --quiet \
	>"$work/first" 2>&1 <"$work/pipe" &
first=$!
i=0
until [ -d "$work/shared" ] || [ $i -ge 100 ]; do
	i=$((i + 1))
	sleep 0.1
done
# it is locked a moment after it was made
sleep 0.5
refused 3 run "$work/sum.csv" --skip-bad --host "$host" --output "$work/shared"
says err 'another run writes its results there'
: >"$work/second"
wait $first || fail "the first of two runs ends with $?: $(cat "$work/first")"
run 0 run "$work/sum.csv" --skip-bad --host "$host" --output "$work/shared"
# a shell has what runs behind it ignore INT and QUIT
for signal in TERM HUP; do
	{
		printf 'vmid,cpu,mem,at,lt\n'
		exec yes 'not,a,row,at,all'
	} >"$work/pipe" 2>/dev/null &
	feeder=$!
	ends $signal 'rows without end'
	kill $feeder 2>/dev/null
	{
		printf 'vmid,cpu,mem,at,lt\n0,4,16,0.0,194.0\n'
		exec sleep 60
	} >"$work/pipe" &
	feeder=$!
	ends $signal 'a pipe that says no more'
	kill $feeder 2>/dev/null
done
finish
