# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # kernel and cache are the caller's
# Sourced after tests/cli/lib.sh by tests that boot Debian's kernel under QEMU;
# fetch_kernel sets $kernel, and keeps it in $cache.

skip()
{
	echo "skipped: $1"
	[ "${CI:-}" = true ] && exit 1
	exit 77
}

# The kernel is taken out of its package and kept.
fetch_kernel()
{
	kernel=$(find "$cache" -name 'vmlinuz-*' 2>/dev/null | head -n 1)
	[ -z "$kernel" ] || return 0
	command -v apt-get >/dev/null 2>&1 || skip "no kernel in build/boot, and no apt-get"
	mkdir -p "$cache" || exit 1
	package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
		awk '/Depends: linux-image-/ { print $2; exit }')
	[ -n "$package" ] || skip "no package linux-image-cloud-amd64 to take a kernel from"
	(cd "$cache" && apt-get -qq download "$package" && dpkg -x "$package"_*.deb . &&
		rm -f "$package"_*.deb && rm -rf lib usr) >/dev/null 2>&1 ||
		skip "the package $package cannot be downloaded"
	kernel=$(find "$cache" -name 'vmlinuz-*' | head -n 1)
}
