#!/bin/sh
# SPANE's rules on a few VMs worked out by hand, and inputs that cannot be used.
. tests/cli/lib.sh

# spane STATUS ARGUMENT...: its output is in $work/out and $work/err
spane()
{
	want=$1
	shift
	bench/reproduce/spane "$@" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" -eq "$want" ] || fail "spane $* ended with $got, not $want: $(cat "$work/err")"
}

# vms COUNT CPUS GB AT LIFE: rows of a trace, each VM with a number of its own; AT may
# use i, which counts from 0
numbered=0
vms()
{
	awk -v nr="$1" -v first="$numbered" -v cpus="$2" -v gb="$3" -v life="$5" \
		"BEGIN { for (i = 0; i < nr; i++) print first + i \",\" cpus \",\" gb \",\" $4 \",\" life }"
	numbered=$((numbered + $1))
}

# Each VM fills a node for 100 s. Two fit, the third does not: 2 + 40 VMs, two at a
# time at 0, 100, ..., 2000 s: 2 * 100 * (0 + 1 + ... + 20) s.
{ echo vmid,cpu,mem,at,lt; vms 44 40 4 0 100.9; } >"$work/whole.csv"
echo 0 >"$work/starts"
spane 0 --servers 1 --trace "$work/whole.csv" --starts "$work/starts"
says out 1,42000.0,42000.0

# Above 10 GB a VM takes half of itself on each node: one at a time, 41 of them.
{ echo vmid,cpu,mem,at,lt; vms 43 80 11 0 100; } >"$work/split.csv"
spane 0 --servers 1 --trace "$work/split.csv" --starts "$work/starts" --episodes
says out 0,0,41,82000,82000

# First fit puts the second VM of 20 CPUs beside the first and the one of 40 on the
# other node, so that another of 40 waits; balance fit puts one on each node, where
# neither leaves room for 40. The third row ends the episode's length at 3 + 40.
{
	echo vmid,cpu,mem,at,lt
	vms 2 20 1 0 1000
	vms 1 40 1 1 10
	vms 42 40 1 2+i 1
} >"$work/differ.csv"
spane 0 --servers 1 --trace "$work/differ.csv" --starts "$work/starts" --episodes
cut -d, -f1-3 "$work/out" | grep -qx 0,0,43 || fail "the episode is: $(cat "$work/out")"
awk -F, '{ exit !($4 < 1000 && $5 > 40000) }' "$work/out" ||
	fail "balance fit does not block the large VMs: $(cat "$work/out")"

# The mean leaves out a tenth of the episodes at either end, rounded down.
awk 'BEGIN { for (i = 0; i < 9; i++) print 0; print 1 }' >"$work/ten"
{ echo vmid,cpu,mem,at,lt; echo 0,1,1,0,5; vms 45 40 4 0 100; } >"$work/eleven.csv"
spane 0 --servers 1 --trace "$work/eleven.csv" --starts "$work/ten" --episodes
[ "$(cut -d, -f4 "$work/out" | sort -u | wc -l)" -eq 2 ] || fail "two kinds of episodes"
trimmed=$(cut -d, -f4 "$work/out" | sort -n | sed '1d;$d' | awk '{ s += $1 } END { printf "%.4f", s / NR }')
spane 0 --servers 1 --trace "$work/eleven.csv" --starts "$work/ten"
awk -F, -v want="$trimmed" '{ exit !($2 - want < 0.001 && want - $2 < 0.001) }' "$work/out" ||
	fail "the mean is $(cat "$work/out"), not $trimmed"

# inputs that cannot be used
trace=$work/whole.csv
for servers in 0 -1 x 1,0 "1," 100001 ""; do
	spane 2 --servers "$servers" --trace "$trace" --starts "$work/starts"
	says err "--servers wants a number"
done
spane 2 --servers 1 --trace /nonexistent --starts "$work/starts"
spane 2 --servers 1 --trace "$trace" --starts /nonexistent
spane 2 --servers 2 --trace "$trace" --starts "$work/starts"
says err "needs more VMs than the trace has"
printf '0\n44\n' >"$work/bad"
spane 2 --servers 1 --trace "$trace" --starts "$work/bad"
says err "$work/bad:2: not a row of the trace"
echo one >"$work/bad"
spane 2 --servers 1 --trace "$trace" --starts "$work/bad"
says err "$work/bad:1: not a row of the trace"
{ cat "$trace"; echo 44,41,4,0,100; } >"$work/large.csv"
spane 2 --servers 1 --trace "$work/large.csv" --starts "$work/starts"
says err "fits on no server"
{ cat "$trace"; echo 44,5,11,0,100; } >"$work/odd.csv"
spane 2 --servers 1 --trace "$work/odd.csv" --starts "$work/starts"
says err "whole or by halves"
printf 'vmid,cpu,memory,time,type\n0,1,1,0,0\n' >"$work/events.csv"
spane 2 --servers 1 --trace "$work/events.csv" --starts "$work/starts"
says err "events without lifetimes"
spane 2 --sever 1
says err "--servers"
spane 0 --help
says out "homenode-reproduce spane"

# from another folder the default files are still found, or missed, beside the tree
root=$PWD
(cd "$work" && "$root/bench/reproduce/spane" --servers 1 --trace whole.csv --starts starts) >"$work/out" ||
	fail "not from another folder"
says out 1,42000.0,42000.0
mkdir -p "$work/tree/bench/reproduce"
cp bench/reproduce/run bench/reproduce/spane "$work/tree/bench/reproduce"
(unset HOMENODE_BUILD; "$work/tree/bench/reproduce/spane" --servers 1) 2>"$work/err" && fail "ran without a build"
says err "is not built"
finish
