#!/bin/sh
# In dom0 of another release: what homenode says of its libxl, the defects of
# docs/upstream-xen.md, a zone with two vnodes from its launch to its end, and scenarios
# of the comparison with the simulator.
# shellcheck source=tools/xen-rig/dom0-lib.sh
. /t/lib.sh
echo "== version"
./homenode-dom0 --version
./homenode-dom0 list backends --format csv | grep '^xen,'
echo "== defects"
sh /t/defects-scenario.sh || fail "the defects"
echo "== run"
scrubbed
guest="console=hvc0 loglevel=4 mitigations=off nowatchdog"
./homenode-dom0 run /t/short.json --probe --no-cost --zones --output /run/results \
	--backend "xen:kernel=/t/vmlinux,ramdisk=/t/guest.cpio,tsc=native,wait=240,probe-bytes=1MiB,cmdline=$guest" 2>&1 ||
	fail "the run"
sed 's/^/zones: /' /run/results/zones.csv
tr -d '\r' </var/log/xen/guest-db.log | sed -n 's/^homenode: \(node\|cpu\) /believes: \1 /p'
echo "== observe"
sh /t/observe.sh || fail "the scenarios"
finish
