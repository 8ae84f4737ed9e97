# shellcheck shell=sh
# shellcheck disable=SC2154 # variables of run
# Sourced by tools/xen-rig/run: the hypervisor of one of Debian's releases, its tools,
# headers and two kernels, unpacked into a folder of that release. Nothing is installed
# and no version is named: the archive's own meta packages say which one is current.
#
#   $rig/apt/            apt's lists of that release, meanwhile; the machine's own stay as
#                        they are
#   $rig/packages/NAME   what `dpkg -x` made of the packages of one purpose
#   $rig/images/         xen, vmlinux-dom0, vmlinux-guest

# debian_sources RELEASE: where that release is, from where this machine has its own Debian
# packages. Prints lines for a sources.list.
debian_sources()
{
	keys=${HOMENODE_XEN_RIG_KEYS:-/usr/share/keyrings/debian-archive-keyring.gpg}
	# where apt would look for lists: 'URI/dists/SUITE/InRelease' ..., asked of nobody
	apt-get --print-uris update 2>/dev/null | awk -v release="$1" -v keys="$keys" -F "'" '
		$2 !~ /\/dists\/[a-z]+(-updates|-security)?\/InRelease$/ { next }
		{
			uri = suite = $2
			sub(/\/dists\/.*/, "", uri)
			sub(/.*\/dists\//, "", suite)
			sub(/\/InRelease$/, "", suite)
			sub(/^[a-z]+/, release, suite)
		}
		uri ~ (suite ~ /-security$/ ? "/debian-security$" : "/debian$") && !seen[uri suite]++ {
			print "deb [signed-by=" keys "] " uri " " suite " main"
		}' | LC_ALL=C sort
}

# apt_of_release: makes apt-get and apt-cache of this shell work on $release alone
apt_of_release()
{
	mkdir -p "$rig/apt/lists/partial" "$rig/apt/cache/archives/partial" || return 1
	apt=$(cd "$rig/apt" && pwd) || return 1
	debian_sources "$release" >"$apt/sources.list"
	[ -s "$apt/sources.list" ] || {
		cannot "apt of this machine knows no archive of Debian's, where the hypervisor comes from"
		return 1
	}
	: >"$apt/status"
	cat >"$apt/config" <<END
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
APT::Architecture "amd64";
APT::Sandbox::User "";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
	APT_CONFIG=$apt/config
	export APT_CONFIG
	say "reading the package lists of Debian's $release"
	apt-get -qq update >"$rig/download.log" 2>&1 || {
		cannot "Debian's $release cannot be read (an old debian-archive-keyring does not know its keys): $(
			grep -m 1 '^[EW]:' "$rig/download.log")"
		return 1
	}
}

# first_dependency PACKAGE PATTERN: the package that a meta package stands for
first_dependency()
{
	apt-cache depends "$1" 2>/dev/null | awk -v pattern="$2" \
		'$1 == "Depends:" && $2 ~ pattern { print $2; exit }'
}

# dependencies PACKAGE PATTERN: all below it whose name matches
dependencies()
{
	apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances "$1" 2>/dev/null | grep -E "^($2)" | LC_ALL=C sort -u
}

# unpack PURPOSE PACKAGE...: into $rig/packages/PURPOSE, which appears whole or not at all
unpack()
{
	purpose=$1
	shift
	[ ! -d "$rig/packages/$purpose" ] || return 0
	new=$rig/packages/$purpose.new
	rm -rf "$new"
	mkdir -p "$new/deb" "$new/root" || return 1
	say "downloading $*"
	(cd "$new/deb" && apt-get -qq download "$@") >"$rig/download.log" 2>&1 || {
		cannot "the packages $* cannot be downloaded: $(tail -n 1 "$rig/download.log")"
		return 1
	}
	for deb in "$new/deb"/*.deb; do
		dpkg -x "$deb" "$new/root" || return 1
		basename "$deb" .deb
	done >"$new/versions"
	rm -rf "$new/deb"
	mv "$new" "$rig/packages/$purpose"
}

# number FILE OFFSET SIZE: a little-endian field
number()
{
	od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# kernel_image FILE OUT: the ELF image in a bzImage. Its place is in the header of
# Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, payload_offset at 0x248,
# payload_length at 0x24c. The hypervisor would unpack it too, emulated and at each boot.
kernel_image()
{
	begin=$((($(number "$1" 497 1) + 1) * 512 + $(number "$1" 584 4)))
	size=$(number "$1" 588 4)
	tail -c +$((begin + 1)) "$1" | head -c "$size" >"$2.packed"
	# a legacy lz4 stream and an xz one end with their content's size, which lz4
	# takes for another block; what counts is the ELF image in front
	case $(od -An -t x1 -N 4 "$2.packed" | tr -d ' ') in
	fd377a58) xz -dc "$2.packed" ;;
	02214c18) lz4 -dc "$2.packed" ;;
	28b52ffd) zstd -dc "$2.packed" ;;
	1f8b*) gzip -dc "$2.packed" ;;
	*) echo "unknown packing" >&2 ;;
	esac >"$2" 2>"$2.said"
	if [ "$(od -An -t x1 -N 4 "$2" | tr -d ' ')" != 7f454c46 ]; then
		cannot "no kernel image in $1: $(tail -n 1 "$2.said")"
		rm -f "$2"
		return 1
	fi
	rm -f "$2.packed" "$2.said"
}

# fetch: everything, once; a second call finds it all there
fetch()
{
	[ ! -e "$rig/images/complete" ] || return 0
	for tool in apt-get apt-cache dpkg; do
		command -v "$tool" >/dev/null 2>&1 || {
			cannot "$tool is not here, and the hypervisor comes from Debian's archive"
			return 1
		}
	done
	apt_of_release || return 1
	hypervisor=$(first_dependency xen-system-amd64 '^xen-hypervisor-[0-9.]*-amd64$')
	utils=$(first_dependency xen-system-amd64 '^xen-utils-[0-9.]*$')
	dom0_kernel=$(first_dependency linux-image-amd64 '^linux-image-[0-9]')
	guest_kernel=$(first_dependency linux-image-cloud-amd64 '^linux-image-[0-9]')
	if [ -z "$hypervisor" ] || [ -z "$utils" ] || [ -z "$dom0_kernel" ] ||
		[ -z "$guest_kernel" ]; then
		cannot "Debian's $release has no xen-system-amd64 or no linux-image-amd64"
		return 1
	fi
	# shellcheck disable=SC2046 # words
	unpack tools "$utils" xen-utils-common xenstore-utils libxen-dev \
		$(dependencies "$utils" 'libxen|libyajl|liblzma|zlib1g|libzstd|libuuid|libc6$|libgcc-s1|liblzo|libbz2') ||
		return 1
	unpack hypervisor "$hypervisor" && unpack dom0-kernel "$dom0_kernel" &&
		unpack guest-kernel "$guest_kernel" || return 1
	mkdir -p "$rig/images" || return 1
	gzip -dc "$rig"/packages/hypervisor/root/boot/xen-*.gz >"$rig/images/xen" || return 1
	kernel_image "$rig"/packages/dom0-kernel/root/boot/vmlinuz-* \
		"$rig/images/vmlinux-dom0" || return 1
	kernel_image "$rig"/packages/guest-kernel/root/boot/vmlinuz-* \
		"$rig/images/vmlinux-guest" || return 1
	rm -rf "$rig/apt"
	cat "$rig"/packages/*/versions >"$rig/images/complete"
}
