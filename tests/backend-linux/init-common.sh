# shellcheck shell=sh
# The first process of a machine that machine.sh starts begins with this: file systems, the
# console, and what is said on it.
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
# the_end: nothing comes after it
the_end()
{
	echo "GUEST end"
	$bb poweroff -f
}
