# shellcheck shell=sh
# Sourced after tests/cli/lib.sh: xl(1) itself, to read what is written for it.

shim=$HOMENODE_BUILD/tests/emit/libxl_without_xen.so # so that it starts without a hypervisor
cache=$HOMENODE_BUILD/../xl

# Out of its package, which is not installed: it would bring a hypervisor's daemons.
fetch_xl()
{
	xl=$(find "$cache" -path '*/bin/xl' 2>/dev/null | head -n 1)
	[ -z "$xl" ] || return 0
	command -v apt-get >/dev/null 2>&1 || skip "no xl in build/xl, and no apt-get"
	package=$(apt-cache depends xen-system-amd64 2>/dev/null |
		awk '/Depends: xen-utils-/ { print $2; exit }')
	[ -n "$package" ] || skip "no package xen-utils to take xl from"
	mkdir -p "$cache" || exit 1
	(cd "$cache" && apt-get -qq download "$package" && dpkg -x "$package"_*.deb . &&
		rm -f "$package"_*.deb) >/dev/null 2>&1 || skip "the package $package cannot be downloaded"
	xl=$(find "$cache" -path '*/bin/xl' | head -n 1)
}
