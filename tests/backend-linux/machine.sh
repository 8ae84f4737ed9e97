# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # work, kernel are the caller's, cache is kernel.sh's
# Sourced, after tests/cli/lib.sh and tests/firmware/kernel.sh, by tests that run this
# build's programs on a machine of QEMU's with several nodes.

for command in qemu-system-x86_64 busybox cpio; do
	command -v "$command" >/dev/null 2>&1 || skip "no $command"
done
cache=$HOMENODE_BUILD/../boot
root=$work/root
numa=
cpus=0
total=0

# add FILE: a program and the libraries it loads
add()
{
	cp "$1" "$root/t/"
	ldd "$1" 2>/dev/null | awk '/=> \// { print $3 } /^\t\// { print $1 }' | while read -r file; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
	done
}

# begin INIT: an initramfs whose first process is that script, which begins with init-common.sh
begin()
{
	fetch_kernel
	mkdir -p "$root/bin" "$root/sys" "$root/proc" "$root/dev" "$root/t"
	cp "$(command -v busybox)" "$root/bin/busybox"
	ln -s busybox "$root/bin/rm"
	ln -s busybox "$root/bin/sh"
	cp "$1" "$root/init"
	cp tests/backend-linux/init-common.sh "$root/"
}

# node MIB CPUS: one more node with so much memory and so many CPUs
node()
{
	id=$(echo "$numa" | grep -o 'nodeid=' | wc -l)
	numa="$numa -object memory-backend-ram,id=m$id,size=$1M"
	numa="$numa -numa node,nodeid=$id,cpus=$cpus-$((cpus + $2 - 1)),memdev=m$id"
	cpus=$((cpus + $2))
	total=$((total + $1))
}

# far A B DISTANCE
far()
{
	numa="$numa -numa dist,src=$1,dst=$2,val=$3"
}

# boot SECONDS: two sockets, the nodes' CPUs dealt to them in order; what is said on the
# console is in $work/console. Fails the test when GUEST end is not said.
boot()
{
	(cd "$root" && find . | cpio -o -H newc 2>/dev/null) >"$work/initramfs"
	# shellcheck disable=SC2086 # several words
	timeout "$1" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -machine q35 -m "$total" \
		-display none -no-reboot -nodefaults -serial stdio -kernel "$kernel" \
		-initrd "$work/initramfs" -append "console=ttyS0 panic=-1 quiet" \
		-smp "$cpus,sockets=2,cores=$((cpus / 2))" $numa \
		</dev/null 2>"$work/qemu" | tr -d '\r' >"$work/console"
	grep -q '^GUEST end' "$work/console" || {
		fail "the machine did not come to its end: $(tail -n 20 "$work/console" "$work/qemu")"
		finish
	}
}

# ended NAME STATUS
ended()
{
	grep -q "^GUEST $1 ended $2\$" "$work/console" || fail "$1 did not end with $2: $(grep -v '^where=' "$work/console" | cut -c1-500)"
}
