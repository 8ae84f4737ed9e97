#!/bin/sh
# homenode-probe from outside: what it says of a machine is checked against a
# machine made of files; what it measures must be there and add up.
. tests/cli/lib.sh
probe=$HOMENODE_BUILD/homenode-probe

# put FILE TEXT: a file of the made machine
put()
{
	mkdir -p "$work/sys/$(dirname "$1")"
	printf '%s\n' "$2" >"$work/sys/$1"
}

# try STATUS ARGUMENT...
try()
{
	want=$1
	shift
	"$probe" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || fail "homenode-probe $* ended with $got, not $want: $(cat "$work/err")"
	[ "$want" -eq 0 ] || [ "$(wc -l <"$work/err")" -eq 1 ] || fail "no sentence: $(cat "$work/err")"
}

# value KEY: of the record in $work/out
value()
{
	tr ' ' '\n' <"$work/out" | sed -n "s/^$1=//p"
}

# at_least KEY NUMBER
at_least()
{
	[ "$(value "$1")" -ge "$2" ] || fail "$1 is not $2 or more: $(cat "$work/out")"
}

# is KEY VALUE
is()
{
	[ "$(value "$1")" = "$2" ] || fail "$1 is not $2: $(cat "$work/out")"
}

node=devices/system/node cpu=devices/system/cpu
put $node/online 0,3
put $cpu/online 0-2
put $node/node0/cpulist 0,2
put $node/node0/distance '10 32'
put $node/node0/meminfo 'Node 0 MemTotal:       1048576 kB
Node 0 MemFree:         524288 kB'
put $node/node3/cpulist 1
put $node/node3/distance '32 10'
put $node/node3/meminfo 'Node 3 MemTotal:        524288 kB'
for c in 0 1 2; do
	put $cpu/cpu$c/topology/physical_package_id $((c % 2))
	put $cpu/cpu$c/topology/die_id 0
	put $cpu/cpu$c/topology/core_id $((c / 2))
	put $cpu/cpu$c/cache/index0/level 1
	put $cpu/cpu$c/cache/index0/type Data
	put $cpu/cpu$c/cache/index0/size 32K
	put $cpu/cpu$c/cache/index0/shared_cpu_list "$c"
	put $cpu/cpu$c/cache/index1/level 3
	put $cpu/cpu$c/cache/index1/type Unified
	put $cpu/cpu$c/cache/index1/size 16384K
	put $cpu/cpu$c/cache/index1/shared_cpu_list 0,2
done
put $cpu/cpu1/cache/index1/shared_cpu_list 1

try 0 where --sysfs "$work/sys"
sed 's/ release=.*//' "$work/out" >"$work/got"
diff - "$work/got" <<'END' || fail "where says something else"
where=machine nodes=0,3 cpus=0-2
where=node node=0 cpus=0,2 distances=10,32 memory_bytes=1073741824
where=node node=3 cpus=1 distances=32,10 memory_bytes=536870912
where=cpu cpu=0 node=0 package=0 die=0 core=0 llc_level=3 llc_cpus=0,2 llc_bytes=16777216
where=cpu cpu=1 node=3 package=1 die=0 core=0 llc_level=3 llc_cpus=1 llc_bytes=16777216
where=cpu cpu=2 node=0 package=0 die=0 core=1 llc_level=3 llc_cpus=0,2 llc_bytes=16777216
END
try 0 where --sysfs "$work/sys" --json
says out '{"where":"node","node":3,"cpus":"1","distances":"32,10","memory_bytes":536870912}'
# a machine that says nothing is described without a number
try 0 where --sysfs "$work/none"
says out 'where=node node=0 cpus=- distances=- memory_bytes=-1'

try 0 where
[ "$(grep -c '^where=cpu' "$work/out")" -eq "$(grep -c '^processor' /proc/cpuinfo)" ] ||
	fail "not as many CPUs as /proc/cpuinfo has: $(cat "$work/out")"

# the last-level caches of CPUs 0 and 2 are one, that of CPU 1 another
first=$(sed 's/[,-].*//' /sys/devices/system/cpu/online)
if [ "$first" = 0 ]; then
	try 0 stream --cpus 0 --bytes 1MiB --repeats 9 --sysfs "$work/sys"
	is cache_bytes 16777216
	is cache_from sysfs
	is rules_met 0
	is repeats 9
	is threads 1
	at_least array_bytes 1048000
	for kernel in copy scale add triad; do
		at_least ${kernel}_worst_bytes_per_s 1
		at_least ${kernel}_median_bytes_per_s "$(value ${kernel}_worst_bytes_per_s)"
		at_least ${kernel}_best_bytes_per_s "$(value ${kernel}_median_bytes_per_s)"
	done
	try 0 stream --cpus 0 --factor 4 --repeats 9 --sysfs "$work/sys"
	is rules_met 1
	is array_bytes 67108864
fi

try 0 chase --bytes 2MiB --hops 1000 --repeats 3
is lines 32768
is hops 1008
is repeats 3
is load_threads 0
at_least latency_best_ps 1
at_least latency_median_ps "$(value latency_best_ps)"
try 0 chase --bytes 1MiB --hops 0 --repeats 1 --pages base --json
says out '"pages":"base"'
says out '"hops":16384'
try 0 chase --bytes 1MiB --block 64KiB --hops 0 --repeats 1
is bytes 1048576
is lines 16384

for op in read write write-nt copy copy-nt triad triad-nt mix-3-1 mix-2-1 mix-1-1; do
	try 0 kernel --op $op --bytes 2MiB --repeats 2 --window 5
	is op $op
	at_least worst_bytes_per_s 1
	at_least best_bytes_per_s "$(value worst_bytes_per_s)"
done
is read_ppm 500000
widest=$(value set)
try 0 kernel --set "$widest" --bytes 2MiB --repeats 1 --window 5
is set "$widest"

try 2
try 2 fly
try 2 kernel --op swap
says err '"swap" is no loop'
try 2 kernel --set mmx
says err 'this processor has no "mmx"'
try 2 kernel --window 0
try 2 chase --bytes 1MiB --block 2MiB
try 2 chase --bytes 1MiB --block 100B
try 2 stream --repeats 0
try 2 stream --repeats
try 2 stream --bytes much
try 2 stream --pages tall
try 2 chase --cpus 0-
try 2 chase --bytes 64B
try 2 chase --fast
try 2 chase --node 4000
try 2 stream --memory-node 4000 --bytes 1MiB
try 1 chase --bytes 1024TiB
says err '--bytes makes it smaller'
try 2 chase --cpus 4095
try 0 --help
finish
