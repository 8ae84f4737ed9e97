#!/bin/busybox sh
# The first and only process of the guest that boot.sh starts: says what the
# kernel made of the tables, then powers off.
bb=/bin/busybox
$bb mount -t sysfs sysfs /sys
$bb mount -t proc proc /proc
$bb mount -t devtmpfs dev /dev
exec >/dev/ttyS0 2>&1
echo
for node in /sys/devices/system/node/node[0-9]*; do
	n=${node##*node}
	echo "GUEST node $n cpus $($bb cat "$node/cpulist") distances $($bb cat "$node/distance")"
	echo "GUEST memory $n $($bb awk '/MemTotal/ { print $4 }' "$node/meminfo")"
done
for cpu in /sys/devices/system/cpu/cpu[0-9]*; do
	[ -e "$cpu/topology" ] || continue
	n=${cpu##*cpu}
	echo "GUEST cpu $n package $($bb cat "$cpu/topology/physical_package_id")" \
		"core $($bb cat "$cpu/topology/core_id")"
done
$bb dmesg | $bb grep -E 'SRAT:|SLIT|topology_sane|not on the same node|No NUMA' |
	$bb sed 's/^/GUEST dmesg /'
echo "GUEST end"
$bb poweroff -f
