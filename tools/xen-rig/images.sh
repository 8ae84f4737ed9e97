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

# dom0_modules FOLDER: what dom0-init loads, unpacked, as insmod wants them
dom0_modules()
{
	for module in xen-privcmd xenfs xen-evtchn xen-gntdev xen-gntalloc xen-pciback; do
		found=$(find "$rig/packages/dom0-kernel/root" -name "$module.ko*" | head -n 1)
		case $found in
		*.ko) cp "$found" "$1/" ;;
		*.ko.xz) xz -dc "$found" >"$1/$module.ko" ;;
		*) cannot "the kernel of dom0 has no module $module" && return 1 ;;
		esac || return 1
	done
}

# dom0_image: makes $dom0_cpio, once; the part that scenarios share. Its name has a checksum of what
# goes in: trees that differ in one of these files share the cache, and dates say nothing there.
dom0_image()
{
	made_of=$({
		cat "$rig/images/complete" "$here/images.sh" "$here/dom0-init" "$here/dom0-lib.sh" "$here/exit.c" \
			"$(command -v busybox)" && $CC --version
	} | sha256sum | cut -c1-16)
	dom0_cpio=$rig/images/dom0-$made_of.cpio
	if [ -e "$dom0_cpio" ]; then
		touch "$dom0_cpio"
		return 0
	fi
	# those that nobody has booted for a week
	find "$rig/images" -name 'dom0*.cpio*' -mtime +7 -exec rm -f {} +
	dom0_root && folder_to_cpio "$root" "$dom0_cpio.new" && mv "$dom0_cpio.new" "$dom0_cpio" && rm -rf "$root"
}

# dom0_root: fills $root with dom0's programs, libraries and modules
dom0_root()
{
	tools=$rig/packages/tools/root
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
	dom0_modules "$root/mod" || return 1
	cp "$here/dom0-init" "$root/init"
	cp "$here/dom0-lib.sh" "$root/t/lib.sh"
	$CC -O2 -static -o "$root/t/exit" "$here/exit.c" || {
		cannot "the program that ends the emulator does not compile"
		return 1
	}
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
	cat "$dom0_cpio" "$work/scenario.cpio" >"$work/initrd"
	rm -rf "$work/scenario" "$work/scenario.cpio"
}
