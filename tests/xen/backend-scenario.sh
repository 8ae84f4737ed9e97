#!/bin/sh
# In dom0: what stock libxl makes of vNUMA, then the xen backend step by step, then
# runs that are killed, recovered and raced with, beside a domain that is not ours.
# shellcheck source=tools/xen-rig/dom0-lib.sh
. /t/lib.sh
homenode=/t/homenode-dom0
options="kernel=/t/vmlinux,ramdisk=/t/guest.cpio,tsc=native,wait=240,probe-bytes=1MiB"
options="$options,cmdline=console=hvc0 loglevel=4 mitigations=off nowatchdog"

echo "== stock"
guest_config stock 256 2 'cpus = ["2", "3"]' 'vnuma = [' \
	'[ "pnode=2", "size=128", "vcpus=0", "vdistances=10,12" ],' \
	'[ "pnode=3", "size=128", "vcpus=1", "vdistances=12,10" ] ]'
guest_start stock -p && fail "stock libxl builds a PVH domain with vNUMA: the detour is needed no more"

echo "== host"
$homenode show xen --xml >/out/xen.xml || fail "the host is not exported"
$homenode show xen --format json | grep -v '"source"\|"name"\|"path"' >/run/live.json
$homenode show /out/xen.xml --format json | grep -v '"source"\|"name"\|"path"' >/run/file.json
cmp /run/live.json /run/file.json || {
	fail "the exported host is another one"
	diff /run/live.json /run/file.json
}
$homenode show xen --heap >/out/heap.json || fail "no heap"
$homenode list backends --format csv | grep '^xen,'

# dom0's one vCPU is on node 0: it serves a zone from there, wherever that is.
echo "== served"
$homenode show xen | sed -n '/^disks and networks/,$p'
$homenode plan xen --target-cpus 1 --max-memory 128MiB --name far --free 0=0 --explain 2>&1
$homenode plan xen --target-cpus 1 --max-memory 128MiB --name far --free 0=0 --emit xl 2>/dev/null

# A file of what was measured: of this host it is taken, of another one refused.
echo "== figures"
$homenode calibrate xen /t/host.figures.json -o /run/calibrated.xml --quiet >/dev/null ||
	fail "the host is not calibrated"
for file in /t/host.figures.json /run/calibrated.xml; do
	$homenode show "xen:$file" --format json --quiet | grep -v '"source"' >"/run/$(basename $file).json" ||
		fail "$file is not taken"
done
cmp /run/host.figures.json.json /run/calibrated.xml.json ||
	fail "figures alone and the calibrated host are not the same"
xl info -n >/run/info
for change in '' '/^ *1: *1024/s/1024/2048/' 's/12,10,12/14,10,12/'; do
	sed "$change" /run/info >/run/other
	$homenode plan xen:/run/other --target-cpus 1 --max-memory 128MiB --quiet 2>&1
	echo "refused: $?"
done

echo "== drive"
xenstore-ls -f / >/run/before
/t/xen-drive /t/vmlinux /t/guest.cpio \
	"probe-bytes=1MiB,wait=240,tsc=native,cmdline=console=hvc0 loglevel=4 mitigations=off nowatchdog" \
	/t/host.figures.json || fail "the backend"
xenstore-ls -f / >/run/after
diff /run/before /run/after || fail "the backend left something in xenstore"

echo "== contract"
# contract: 1 when it is broken, 2 when a guest stood still in the middle of it
contract()
{
	/t/xen-contract "$options" >/run/contract 2>&1
	status=$?
	cat /run/contract
	[ $status -ne 0 ] || return 0
	tail -n 5 /var/log/xen/guest-*.log
	grep -q 'broken: .*its guest has no more to give' /run/contract && return 2
	return 1
}
# The emulator stops a guest now and then, one in some hundred boots on a busy machine: it answers
# nothing any more. Another guest does; if that stands still, too, it is the backend's fault.
contract
[ $? -ne 2 ] || {
	echo "once more, as a guest stood still"
	contract
}
grep -q '^contract: held$' /run/contract || fail "the contract of all backends"

# One to be replayed where there is no Xen.
echo "== recorded"
$homenode run /t/recorded.json --probe --no-cost --zones --backend "xen:$options" \
	--record /out/run.record --output /run/recorded 2>&1 || fail "the recorded run"
cp /run/recorded/zones.csv /out/

# And zones among neighbours that load their memory, one of which lies.
echo "== contention"
$homenode run /t/contention.json --no-cost --contention --levels 100 --backend "xen:$options" \
	--record /out/contention.record --output /run/contention 2>&1 || fail "zones under load"
cp /run/contention/contention.csv /out/

# Somebody else's guest: it runs beside everything below and is to notice nothing.
echo "== foreign"
guest_config foreign 128 1 'cpus = ["7"]'
guest_start foreign || fail "the other domain is not created"
guest_report foreign >/dev/null || fail "the other domain does not boot"
$homenode plan xen /t/zones.json --dry-run --backend "xen:$options" 2>&1
[ $? -eq 1 ] || fail "the dry run should have found a zone that cannot be launched"
# state NAME: what there is outside of zones, for comparison
state()
{
	scrubbed
	xl list | awk 'NR > 1 { print $1, $2, $4 }'
	pages foreign
	xenstore-ls -f /local/domain | grep homenode | grep -v "^/local/domain/$(xl domid foreign)/"
	xenstore-ls -f /libxl | cut -d/ -f1-3 | sort -u
	xenstore-ls -f /vm | cut -d/ -f1-3 | sort -u
} >"/run/state-$1"
state before
xl info -n | awk '/^numa_info/,/^xen_major/' | grep '^ ' >/run/free-before

# running COUNT: waits until so many domains run
running()
{
	tries=0
	while [ "$(xl list | awk 'NR > 1 && $5 !~ /p/' | wc -l)" -lt "$1" ] && [ $tries -lt 120 ]; do
		tries=$((tries + 1))
		sleep 1
	done
}

# killed_run: one is killed while its zones run
killed_run()
{
	$homenode run /t/killed.json --backend "xen:$options" --output /run/killed >/run/said 2>&1 &
	run=$!
	running 4
	kill -9 $run
	wait $run 2>/dev/null
	rm -rf /run/killed
}

# with_rule RULE: the next run recovers by it; says its status
with_rule()
{
	rm -rf "/run/$1"
	$homenode run /t/short.json --recover "$1" --backend "xen:$options" --output "/run/$1" 2>&1 |
		grep -v '^results'
	wc -l <"/run/$1/summary.csv"
}

echo "== killed"
killed_run
xl list | awk 'NR > 1 { print "left", $1 }'
$homenode run /t/killed.json --backend "xen:$options" --output /run/again 2>&1
echo "without recover: $?"
xenstore-ls -fp /local/domain | grep '/homenode' | grep -v /data/ | sed 's/^/key /'
for zone in a a2; do
	pages $zone | awk -v zone=$zone '$2 { print "is", zone, $2, n++ ? "on node" : "pages on node", $1 }'
done

# One of the two is this workload's first zone, too: it goes on until the workload stops it. The other
# is not its second one, which is launched.
echo "== adopt"
$homenode run /t/resumed.json --recover adopt --zones --backend "xen:$options" --output /run/adopt 2>&1 |
	grep -v '^results'
wc -l <"/run/adopt/summary.csv"
cp /run/adopt/zones.csv /out/resumed.csv
state adopted
diff /run/state-before /run/state-adopted || fail "adopting left or took something"

echo "== destroy"
killed_run
with_rule destroy
state destroyed
diff /run/state-before /run/state-destroyed || fail "destroying left or took something"

# A run that lives is no orphan, also where nobody sees its process: its zones stay when another one
# recovers. One that stands still for long is taken for dead, and finds that out.
echo "== alive"
unshare -p -f $homenode run /t/alive.json --backend "xen:$options" --output /run/alive >/run/said 2>&1 &
run=$!
running 3
with_rule destroy
xl list | awk 'NR > 1 { print "alive", $1 }'

# Everything that runs here is seen, whoever started it, where the hypervisor has it; nothing is changed.
echo "== watch"
state watched-before
$homenode watch xen --count 3 --interval 0.5s --format csv --record /out/watch.jsonl >/run/watched 2>/run/said ||
	fail "watch: $(cat /run/said)"
state watched
diff /run/state-watched-before /run/state-watched || fail "watching changed something"
for zone in foreign live; do
	pages $zone | awk '$2 { printf "%s%s:%s", n++ ? " " : "", $1, $2 } END { print "" }' >/run/is
	awk -F, -v zone=$zone 'NR == 1 { for (i = 1; i <= NF; i++) of[$i] = i; next }
		$3 == zone { on = $of["pages_by_node"]; said = zone " " $of["kind"] " ours " $of["ours"] " vcpus " $of["vcpus"] \
			" runs on " $of["runs_on"] " told " $of["told"] " home " $of["home"] " at home " $of["local_page_ppm"] \
			" drift " $of["drift_pages"] " most " $of["max_bytes"] }
		END { print said; print on >"/run/was" }' /run/watched
	cmp /run/is /run/was || fail "$zone: the hypervisor has $(cat /run/is), watch $(cat /run/was)"
done
grep -c ',Domain-0,.*,xen-dom0,' /run/watched
$homenode watch /out/watch.jsonl --format csv --table samples

echo "== frozen"
kill -STOP "$(pidof homenode-dom0)"
with_rule destroy
kill -CONT "$(pidof homenode-dom0)"
wait $run
cat /run/said

# A domain that another homenode has taken over is left alone.
echo "== taken"
$homenode run /t/alive.json --backend "xen:$options" --output /run/alive --force >/run/said 2>&1 &
run=$!
running 3
xenstore-write "/local/domain/$(xl domid live)/homenode/owner" 00000000000000000000000000000000
kill -TERM $run
wait $run
cat /run/said
xl list | awk 'NR > 1 { print "still", $1 }'
with_rule destroy

# The first signal ends the wait for somebody who launches, elsewhere, for ever.
echo "== lock"
lease=0123456789abcdef0123456789abcdef
xenstore-write /tool/homenode/lease/$lease "0 - 0 1" /tool/homenode/launch $lease
touch /run/launches
(
	beat=0
	while [ -e /run/launches ]; do
		beat=$((beat + 1))
		xenstore-write /tool/homenode/lease/$lease "$beat - 0 1"
		sleep 1
	done
) &
$homenode run /t/short.json --backend "xen:$options" --output /run/waits >/run/said 2>&1 &
run=$!
sleep 6
kill -INT $run
wait $run
echo "interrupted: $?"
cat /run/said
rm /run/launches
sleep 2
xenstore-rm /tool/homenode

# Two runs at the same moment, each for three nodes: both find the same ones free.
echo "== together"
for who in one two; do
	$homenode run /t/$who.json --backend "xen:$options" --zones --output /run/$who >/run/$who.said 2>&1 &
done
wait
for who in one two; do
	grep -v '^results' /run/$who.said
	cat /run/$who/zones.csv >/out/$who.csv
done
state together
diff /run/state-before /run/state-together || fail "two runs at once left or took something"

# The hypervisor has back what it had, but for a few pages of its own.
xl info -n | awk '/^numa_info/,/^xen_major/' | grep '^ ' >/run/free-after
diff /run/free-before /run/free-after >/dev/null || paste /run/free-before /run/free-after |
	awk '{ off = $3 - $7; if (off < -1 || off > 1) bad = 1 } END { exit bad }' ||
	fail "free memory: $(paste /run/free-before /run/free-after)"
store=/local/domain/$(xl domid foreign)/data/homenode
xenstore-write "$store/probe" "still here"
for _ in $(seq 300); do
	xenstore-exists "$store/result" && break
	usleep 200000
done
echo "foreign answers: $(xenstore-read "$store/result")"
xl destroy foreign
finish
