#!/bin/busybox sh
# The first process of the machine that eight.sh starts: runs what is in /t.
. /init-common.sh
$bb mount -t cgroup2 cgroup /sys/fs/cgroup
# processes of zones: children of a homenode that runs
zones()
{
	n=0
	for status in /proc/[0-9]*/status; do
		$bb grep -q '^Name:.homenode' "$status" 2>/dev/null || continue
		parent=$($bb sed -n 's/^PPid:.//p' "$status" 2>/dev/null)
		$bb grep -q '^Name:.homenode' "/proc/$parent/status" 2>/dev/null && n=$((n + 1))
	done
	echo $n
}
# any of them, whoever its parent is
programs()
{
	$bb grep -l '^Name:.homenode' /proc/[0-9]*/status 2>/dev/null | $bb wc -l
}
cgroups()
{
	$bb find /sys/fs/cgroup -type d | $bb wc -l
}
said where /t/homenode-probe where
/t/homenode probe --bytes 2MiB --repeats 1 --quick --time 1h -o /tmp/mine.xml --format csv -q \
	-f latency,read,write,link,hot,loaded >/tmp/figures
echo "GUEST probe ended $?"
$bb sed 's/^/GUEST csv /' /tmp/figures
/t/homenode show /tmp/mine.xml >/tmp/shown
echo "GUEST show ended $?"
$bb sed 's/^/GUEST show /' /tmp/shown
said simulated /t/homenode run /t/eight.json --host /tmp/mine.xml --check -o /tmp/simulated -q
# a container on node 5's CPU, its memory on node 3, watched
echo "+cpuset +cpu +memory" >/sys/fs/cgroup/cgroup.subtree_control
$bb mkdir /sys/fs/cgroup/box
echo 5 >/sys/fs/cgroup/box/cpuset.cpus
echo 3 >/sys/fs/cgroup/box/cpuset.mems
echo 67108864 >/sys/fs/cgroup/box/memory.max
echo "50000 100000" >/sys/fs/cgroup/box/cpu.max
$bb sh -c 'echo $$ >/sys/fs/cgroup/box/cgroup.procs; /bin/busybox dd if=/dev/zero of=/dev/shm/box bs=1M count=16; exec /bin/busybox sleep 1000' &
box=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$($bb stat -c %s /dev/shm/box 2>/dev/null)" = 16777216 ] && break
	$bb sleep 1
done
said watch /t/homenode watch this --once --cgroup '/box' --format csv --record /tmp/watch.jsonl
/t/homenode watch this --once --cgroup '/box' --format csv --table nodes | $bb sed 's/^/GUEST nodes /'
said replayed /t/homenode watch /tmp/watch.jsonl --format jsonl
kill $box
wait $box
$bb rm /dev/shm/box
$bb rmdir /sys/fs/cgroup/box
before=$(cgroups)
said run /t/homenode run /t/eight.json --backend linux --check --zones -o /tmp/run -q
$bb sed 's/^/GUEST zones /' /tmp/run/zones.csv
said contention /t/homenode run /t/eight.json --backend linux --contention --levels 100 \
	--record /tmp/record -o /tmp/contention -q --format csv
$bb sed 's/^/GUEST points /' /tmp/contention/contention.csv
said replayed /t/homenode run /t/eight.json --host this --contention --levels 100 --replay /tmp/record \
	-o /tmp/replayed -q --format csv
$bb cmp /tmp/contention/contention.csv /tmp/replayed/contention.csv && echo "GUEST replay is the same"
/t/homenode run /t/long.json --backend linux -o /tmp/long -q &
child=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ "$(zones)" = 2 ] && break
	$bb sleep 1
done
echo "GUEST zones while it runs $(zones)"
kill -9 $child
wait $child
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(programs)" = 0 ] && break
	$bb sleep 1
done
echo "GUEST zones after kill $(programs)"
echo "GUEST cgroups left $(($(cgroups) - before))"
said again /t/homenode run /t/eight.json --backend linux --check -o /tmp/again -q
the_end
