# shellcheck shell=sh
# shellcheck disable=SC2154 # variables of run
# Sourced by tools/xen-rig/run: the initial file systems of dom0 and of its guests.
# All are cpio archives; the kernel unpacks several in a row.

# folder_to_cpio FOLDER FILE
folder_to_cpio()
{
	(cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) >"$2"
}

# needed FILE: the shared libraries an ELF file asks for
needed()
{
	objdump -p "$1" 2>/dev/null | awk '$1 == "NEEDED" { print $2 }'
}

# copy_libraries ROOT FILE...: what they need, and what that needs in turn, from the
# unpacked packages: a program that needs more than these does not start in dom0
copy_libraries()
{
	root=$1
	shift
	for file; do
		for library in $(needed "$file"); do
			[ ! -e "$root/lib/x86_64-linux-gnu/$library" ] || continue
			found=$(find "$tools" -name "$library" | head -n 1)
			[ -n "$found" ] || {
				cannot "$(basename "$file") needs $library, which is not in the packages"
				return 1
			}
			cp -L "$found" "$root/lib/x86_64-linux-gnu/$library" || return 1
			copy_libraries "$root" "$root/lib/x86_64-linux-gnu/$library" || return 1
		done
	done
}

# dom0_image: $rig/images/dom0.cpio, once; the part that scenarios share
dom0_image()
{
	tools=$rig/packages/tools/root
	image=$rig/images/dom0.cpio
	if [ -e "$image" ] && [ -z "$(find "$here" -newer "$image" -type f)" ]; then
		return 0
	fi
	say "building dom0's initramfs"
	root=$rig/dom0.new
	rm -rf "$root"
	for folder in bin sbin dev proc sys run tmp mod t root etc/xen var/log/xen var/lib/xen \
		var/lib/xenstored usr/bin usr/lib lib64 lib/x86_64-linux-gnu; do
		mkdir -p "$root/$folder" || return 1
	done
	ln -s ../run "$root/var/run"
	ln -s ../run/lock "$root/var/lock"
	ln -s ../../lib/x86_64-linux-gnu "$root/usr/lib/x86_64-linux-gnu"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
	done
	bin=$(echo "$tools"/usr/lib/xen-[0-9]*/bin)
	mkdir -p "$root${bin#"$tools"}"
	for program in xl xenstored xenconsoled xen-init-dom0 xen-cpuid libxl-save-helper; do
		cp "$bin/$program" "$root${bin#"$tools"}/" || return 1
		ln -s "${bin#"$tools"}/$program" "$root/sbin/$program"
		copy_libraries "$root" "$bin/$program" || return 1
	done
	cp "$tools/usr/bin/xenstore" "$root/usr/bin/"
	copy_libraries "$root" "$tools/usr/bin/xenstore" || return 1
	for program in read write list ls rm exists watch; do
		ln -s xenstore "$root/usr/bin/xenstore-$program"
	done
	# opened at run time: pthread_cancel() wants libgcc_s, the loader itself, and
	# what dom0 programs of ours may link against
	for library in libgcc_s.so.1 ld-linux-x86-64.so.2 libm.so.6 libdl.so.2 libpthread.so.0 \
		librt.so.1; do
		cp -L "$(find "$tools" -name "$library" | head -n 1)" \
			"$root/lib/x86_64-linux-gnu/" || return 1
	done
	for library in "$tools"/usr/lib/x86_64-linux-gnu/libxen*.so.*; do
		cp -a "$library" "$root/lib/x86_64-linux-gnu/" || return 1
	done
	mv "$root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" "$root/lib64/"
	cp -r "$tools/etc/xen/scripts" "$tools/etc/xen/xl.conf" "$root/etc/xen/"
	for module in drivers/xen/xen-privcmd drivers/xen/xenfs/xenfs drivers/xen/xen-evtchn \
		drivers/xen/xen-gntdev drivers/xen/xen-gntalloc \
		drivers/xen/xen-pciback/xen-pciback; do
		cp "$rig"/packages/dom0-kernel/root/lib/modules/*/kernel/$module.ko \
			"$root/mod/" || return 1
	done
	cp "$here/dom0-init" "$root/init"
	cp "$here/dom0-lib.sh" "$root/t/lib.sh"
	$CC -O2 -static -o "$root/t/exit" "$here/exit.c" || {
		cannot "the program that ends the emulator does not compile"
		return 1
	}
	folder_to_cpio "$root" "$image.new" && mv "$image.new" "$image" && rm -rf "$root"
}

# guest_image: $work/guest.cpio, the initramfs of the guests: one static program of ours
guest_image()
{
	root=$work/guest
	mkdir -p "$root/dev" "$root/proc" "$root/sys" || return 1
	$CC -std=c17 -O2 -static -D_POSIX_C_SOURCE=200809L -I"$here/../.." -o "$root/init" \
		"$here"/../../guest/*.c || {
		cannot "the guest's program does not compile"
		return 1
	}
	folder_to_cpio "$root" "$work/guest.cpio"
}

# scenario_image SCENARIO FILE...: $work/initrd, all of dom0's files
scenario_image()
{
	mkdir -p "$work/scenario/t" || return 1
	cp "$1" "$work/scenario/t/scenario.sh" || return 1
	shift
	for file; do
		cp -RL "$file" "$work/scenario/t/" || return 1
	done
	cp "$work/guest.cpio" "$work/scenario/t/guest.cpio"
	cp "$rig/images/vmlinux-guest" "$work/scenario/t/vmlinux"
	folder_to_cpio "$work/scenario" "$work/scenario.cpio" || return 1
	cat "$rig/images/dom0.cpio" "$work/scenario.cpio" >"$work/initrd"
	rm -rf "$work/scenario" "$work/scenario.cpio"
}
