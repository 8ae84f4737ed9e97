#!/bin/sh
# In dom0 of a machine with an IOMMU and a network card on node 1: the card's node is known, a
# zone that asks for it is planned there, the card can be assigned, and PVH is refused.
# shellcheck source=tools/xen-rig/dom0-lib.sh
. /t/lib.sh
homenode=/t/homenode-dom0

echo "== host"
xl dmesg | grep -o 'I/O virtualisation .*'
$homenode show xen --format json >/run/host.json || fail "the host is not shown"
tr -d ' \n' </run/host.json | grep -o '"devices":\[.*\]' | tr '{' '\n'
card=0000:21:00.0

echo "== plan"
$homenode plan xen -D $card -n nic -c 1 -M 256MiB --resource-adjustment-policy static --explain 2>&1
$homenode plan xen -D $card -n nic -c 1 -M 256MiB --resource-adjustment-policy static --dry-run \
	--backend xen:kernel=/t/vmlinux >/dev/null 2>/run/dry
echo "dry run: $?"
cat /run/dry
$homenode plan xen -D $card -n nic -c 1 -M 256MiB --resource-adjustment-policy static --emit xl \
	2>/dev/null >/run/plan.cfg || fail "no file for xl"

# the command that the file itself names
echo "== assigned"
insmod /mod/xen-pciback.ko || fail "no pciback"
sh -c "$(sed -n 's/^# In dom0, before: //p' /run/plan.cfg)" 2>&1
xl pci-assignable-list

echo "== pvh"
sed 's/^type = .*/type = "pvh"/; s|^kernel = .*|kernel = "/t/vmlinux"|' /run/plan.cfg >/run/pvh.cfg
xl create /run/pvh.cfg 2>&1 | grep -o 'passthrough not yet supported.*'
finish
