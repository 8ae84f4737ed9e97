#!/bin/sh
# The linux backend on a machine with several nodes: Debian's kernel under QEMU's
# software emulation with four nodes runs its tests, the probe and a workload whose
# zones take one node and two; every page must be where the plan has it.
. tests/cli/lib.sh
. tests/firmware/kernel.sh

for command in qemu-system-x86_64 busybox cpio; do
	command -v "$command" >/dev/null 2>&1 || skip "no $command"
done
cache=$HOMENODE_BUILD/../boot
root=$work/root

# add FILE: a program and the libraries it loads
add()
{
	cp "$1" "$root/t/"
	ldd "$1" 2>/dev/null | awk '/=> \// { print $3 } /^\t\// { print $1 }' | while read -r file; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
	done
}

fetch_kernel
mkdir -p "$root/bin" "$root/sys" "$root/proc" "$root/dev" "$root/t"
cp "$(command -v busybox)" "$root/bin/busybox"
ln -s busybox "$root/bin/rm"
ln -s busybox "$root/bin/sh"
cp tests/backend-linux/init.sh "$root/init"
cp tests/backend-linux/work.json "$root/t/"
add "$HOMENODE"
add "$HOMENODE_BUILD/tests/backend-linux/test_backend_linux"
cp "$HOMENODE_BUILD/homenode-probe" "$root/t/"
(cd "$root" && find . | cpio -o -H newc 2>/dev/null) >"$work/initramfs"

# 8 CPUs, two a node; node 2 has less memory than the others
timeout 400 qemu-system-x86_64 -accel tcg -cpu max -machine q35 -m 1664 -display none -no-reboot \
	-nodefaults -serial stdio -kernel "$kernel" -initrd "$work/initramfs" \
	-append "console=ttyS0 panic=-1 quiet" -smp 8,sockets=2,cores=4 \
	-object memory-backend-ram,id=m0,size=512M -numa node,nodeid=0,cpus=0-1,memdev=m0 \
	-object memory-backend-ram,id=m1,size=448M -numa node,nodeid=1,cpus=2-3,memdev=m1 \
	-object memory-backend-ram,id=m2,size=256M -numa node,nodeid=2,cpus=4-5,memdev=m2 \
	-object memory-backend-ram,id=m3,size=448M -numa node,nodeid=3,cpus=6-7,memdev=m3 \
	-numa dist,src=0,dst=1,val=12 -numa dist,src=0,dst=2,val=32 -numa dist,src=0,dst=3,val=32 \
	-numa dist,src=1,dst=2,val=32 -numa dist,src=1,dst=3,val=32 -numa dist,src=2,dst=3,val=12 \
	</dev/null 2>"$work/qemu" | tr -d '\r' >"$work/console"
grep -q '^GUEST end' "$work/console" || {
	fail "the machine did not come to its end: $(tail -n 20 "$work/console" "$work/qemu")"
	finish
}

# ended NAME STATUS
ended()
{
	grep -q "^GUEST $1 ended $2\$" "$work/console" || fail "$1 did not end with $2: $(cat "$work/console")"
}

says console 'where=node node=1 cpus=2-3 distances=12,10,32,32 memory_bytes='
says console 'where=cpu cpu=4 node=2 package=1'
ended where 0
ended near 0
ended far 0
ended none 1
says console 'node 3 has '
says console 'cpus=2 memory_node=1 '
says console 'cpus=2-3 memory_node=2 '
grep '^probe=' "$work/console" | grep -v ' on_node_ppm=1000000 ' && fail "memory is elsewhere"
ended unit 0
grep 'SKIPPED' "$work/console" && fail "a test of several nodes did not run"
ended run 0
# half of the pages on each of the zone's two nodes, whichever were the emptiest
grep '^GUEST zones' "$work/console" >"$work/zones"
grep -qE ',two,live,.*,1000000,.*,[0-3]:16384 [0-3]:16384,' "$work/zones" ||
	fail "two is elsewhere: $(cat "$work/zones")"
grep -qE ',one,live,.*,1000000,.*,[0-3]:16384,' "$work/zones" ||
	fail "one is elsewhere: $(cat "$work/zones")"
finish
