#!/bin/sh
# A network card that hangs on a node of an emulated Xen host, behind an emulated IOMMU
# (tests/xen/devices-scenario.sh): a zone that asks for it is planned where it is.
. tests/xen/lib.sh
[ -x "$HOMENODE_BUILD/homenode-dom0" ] || {
	echo "skipped: no homenode-dom0 in this build"
	exit 77
}

# The card is on a bus of its own (pxb-pcie), of which QEMU's ACPI says the node.
card="-device amd-iommu -device pxb-pcie,id=far,bus_nr=32,numa_node=1,bus=pcie.0"
card="$card -device pcie-root-port,id=slot1,bus=far,chassis=1 -device e1000e,bus=slot1"
rig --nodes 2 --sockets 1 --timeout 120 --qemu "$card" \
	tests/xen/devices-scenario.sh "$HOMENODE_BUILD/homenode-dom0" || finish

part()
{
	sed -n "/^== $1\$/,/^== /p" "$work/out" | grep -v '^== '
}

grep -q '^FAIL' "$work/out" && fail "$(cat "$work/out")"
part host | grep -qx 'I/O virtualisation enabled' || fail "no IOMMU: $(part host)"
part host | grep -q '"pci":"0000:21:00.0".*"nodes":\[1\]' || fail "the card's node: $(part host)"
part plan | grep -q 'first node 1: nearest to device 0000:21:00.0' || fail "the plan: $(part plan)"
part plan | grep -q 'libxl passes none through to PVH' || fail "PVH is not refused: $(part plan)"
part plan | grep -qx 'dry run: 1' || fail "PVH is not refused: $(part plan)"
part plan | grep -q 'nic  *1  *256 MiB  *1 ' || fail "the plan: $(part plan)"
part assigned | grep -q '^0000:21:00.0' || fail "the card is not assignable: $(part assigned)"
part pvh | grep -q 'passthrough not yet supported for x86 PVH' || fail "PVH: $(part pvh)"
finish
