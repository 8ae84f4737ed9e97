#!/bin/sh
# The table of errors from three machines and two curves, worked out by hand: each is predicted by the others.
program=$HOMENODE_BUILD/homenode-model-vs-measured
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

machine()
{
	printf '{"id": "%s", "sockets": 2, "numa_nodes": 2, "slit": [[10, 21], [21, 10]], "latency_ns": [[100, %s], [%s, 100]]}' \
		"$1" "$2" "$3"
}

{
	printf '['
	machine A 150 150
	printf ','
	machine B 160 160
	printf ','
	machine C 180 180
	printf ']'
} >"$work/machines.json"
cat >"$work/loaded_latency.csv" <<'TEXT'
machine,inject_delay,latency_ns,read_bw_MBps
X,0,200,100
X,1,120,50
X,2,100,1
Y,0,200,100
Y,1,140,50
Y,2,100,1
TEXT

# has ROW: kind, grades, cases, machines, median, 95 of 100, worst
has()
{
	grep -Fq "	{$1}," "$work/table" || { echo "no row $1 in: $(cat "$work/table")"; failed=1; }
}

"$program" --errors "$work" >"$work/table" || { echo "status $?"; failed=1; }
# ratios 1.5, 1.6, 1.8 against the others' means 1.7, 1.65, 1.55
has "0, {1, 0, 0, 0}, 3, 3, 133300, 138900, 138900"
# at half the load 1.2 against 1.4, and the reverse; idle is idle
has "0, {0, 1, 0, 0}, 4, 2, 0, 166700, 166700"
# together as good as the worse of both
has "0, {1, 1, 0, 0}, 7, 2, 133300, 166700, 166700"
# the path the other way is the same
has "0, {3, 0, 0, 0}, 6, 3, 0, 0, 0"
# 100 ns was assumed, and is
has "1, {1, 0, 0, 0}, 6, 3, 0, 0, 0"
# firmware, and bandwidths, nobody published
grep -q "{2, " "$work/table" && { echo "bandwidths out of nothing"; failed=1; }
grep -q "{0, {2, " "$work/table" && { echo "firmware out of nothing"; failed=1; }

"$program" --errors /nonexistent >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || { echo "a missing folder is no error"; failed=1; }
exit $failed
