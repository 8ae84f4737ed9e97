#!/bin/busybox sh
# The first process of the machine that boot.sh starts: runs what is in /t.
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
$bb mount -t devtmpfs dev /dev
$bb mkdir -p /dev/shm /tmp
$bb mount -t tmpfs shm /dev/shm
$bb mount -t tmpfs tmp /tmp
exec >/dev/ttyS0 2>&1 </dev/null
cd /t || $bb poweroff -f
export PATH=/bin HOME=/tmp
echo
# said NAME COMMAND...: its output, then how it ended
said()
{
	name=$1
	shift
	"$@"
	echo "GUEST $name ended $?"
}
said where /t/homenode-probe where
said near /t/homenode-probe chase --node 1 --bytes 8MiB --hops 20000 --repeats 3
said far /t/homenode-probe stream --node 1 --memory-node 2 --bytes 1MiB --repeats 2
said none /t/homenode-probe chase --node 1 --memory-node 3 --bytes 1GiB
said unit /t/test_backend_linux --verbose=0
said run /t/homenode run /t/work.json --backend linux --check --zones -o /tmp/run -q --format csv
$bb sed 's/^/GUEST zones /' /tmp/run/zones.csv
echo "GUEST end"
$bb poweroff -f
