#!/bin/sh
# In dom0: what stock libxl makes of vNUMA, then the xen backend step by step, then a
# run that is killed and found again, beside a domain that is not ours.
# shellcheck source=tools/xen-rig/dom0-lib.sh
. /t/lib.sh
homenode=/t/homenode-dom0
options="kernel=/t/vmlinux,ramdisk=/t/guest.cpio,tsc=native"
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

echo "== drive"
xenstore-ls -f / >/run/before
/t/xen-drive /t/vmlinux /t/guest.cpio \
	"probe-bytes=1MiB,wait=240,tsc=native,cmdline=console=hvc0 loglevel=4 mitigations=off nowatchdog" ||
	fail "the backend"
xenstore-ls -f / >/run/after
diff /run/before /run/after || fail "the backend left something in xenstore"

echo "== foreign"
guest_config foreign 128 1 'cpus = ["7"]'
guest_start foreign -p || fail "the other domain is not created"
$homenode plan xen /t/zones.json --dry-run --backend "xen:$options" 2>&1
[ $? -eq 1 ] || fail "the dry run should have found a zone that cannot be launched"

echo "== killed"
$homenode run /t/killed.json --backend "xen:$options" --output /run/killed >/run/said 2>&1 &
run=$!
tries=0
while [ "$(xl list | wc -l)" -lt 5 ] && [ $tries -lt 60 ]; do
	tries=$((tries + 1))
	sleep 1
done
# not in the middle of a launch
sleep 5
kill -9 $run
wait $run 2>/dev/null
xl list | awk 'NR > 1 { print "left", $1 }'
$homenode run /t/killed.json --backend "xen:$options" --output /run/again 2>&1
echo "without recover: $?"
$homenode run /t/short.json --recover destroy --backend "xen:$options" --output /run/recovered 2>&1 |
	grep -v '^results'
xl list | awk 'NR > 1 { print "after", $1 }'
wc -l </run/recovered/summary.csv
xl destroy foreign
finish
