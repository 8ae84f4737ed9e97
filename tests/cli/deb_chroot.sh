#!/bin/sh
# The Debian package on a machine that has nothing of homenode's: installed by apt-get with what it
# needs from this machine's archives, used, and removed again. HOMENODE_CHROOT names a minimal Debian to try it in; without one
# debootstrap makes one, of this machine's release.
. tests/cli/lib.sh

skip()
{
	echo "skipped: $*"
	exit 77
}
[ -x "$HOMENODE" ] || skip "the program is not built"
[ "$(id -u)" -eq 0 ] || skip "chroot needs root"
for program in cpack dpkg-shlibdeps chroot mount umount; do
	command -v "$program" >/dev/null 2>&1 || skip "$program is not installed"
done
root=${HOMENODE_CHROOT:-$work/root}

mounted=
# lib.sh removes its folder, and must not find a mounted one in it
# shellcheck disable=SC2317 # by the trap
leave()
{
	status=$?
	rm -rf "$root"/homenode_*.deb "$root/homenode-sources"
	if [ -n "$mounted" ] && ! umount "$root/proc"; then
		echo "failed: $root/proc is still mounted"
		exit 1
	fi
	(exit "$status")
	at_exit
}
trap leave EXIT
trap 'exit 1' HUP INT TERM

if [ -z "${HOMENODE_CHROOT:-}" ]; then
	command -v debootstrap >/dev/null 2>&1 || skip "debootstrap is not installed"
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	debootstrap --variant=minbase "$codename" "$root" >"$work/out" 2>&1 ||
		skip "debootstrap makes no $codename here: $(tail -n 1 "$work/out")"
fi
mount -t proc proc "$root/proc" 2>"$work/out" || skip "proc cannot be mounted: $(cat "$work/out")"
mounted=yes

inside()
{
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		DEBIAN_FRONTEND=noninteractive HOMENODE_CONFIG= "$@"
}

# what it was linked with may be an update, which debootstrap knows nothing of
mkdir -p "$root/homenode-sources"
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources \
	/etc/apt/sources.list.d/ubuntu.sources; do
	[ -f "$file" ] && cp "$file" "$root/homenode-sources/"
done
apt()
{
	inside apt-get -q -y -o Dir::Etc::SourceList=/dev/null \
		-o Dir::Etc::SourceParts=/homenode-sources "$@" >"$work/out" 2>&1
}

(cd "$HOMENODE_BUILD" && cpack -G DEB -B "$work/deb") >"$work/out" 2>&1 ||
	fail "there is no package: $(cat "$work/out")"
cp "$work"/deb/homenode_*.deb "$root/" || exit 1
apt update || skip "no archive in reach: $(tail -n 1 "$work/out")"
deb=$(echo "$root"/homenode_*.deb)
if ! apt install --no-install-recommends "/${deb##*/}"; then
	fail "it cannot be installed: $(tail -n 5 "$work/out")"
	finish
fi

inside homenode --version >"$work/out" 2>&1 || fail "it does not start: $(cat "$work/out")"
inside sh -c 'cd /tmp && homenode run week --policy edera-compact --output week-of-a-test' \
	>"$work/out" 2>&1 || fail "it does not run: $(cat "$work/out")"
says out 'edera-compact'
inside sh -c 'cd /tmp && homenode report week-of-a-test && test -s week-of-a-test/report.html' \
	>"$work/out" 2>&1 || fail "there is no page: $(cat "$work/out")"
inside homenode-probe --help >"$work/out" 2>&1 || fail "the probe does not start"
inside rm -rf /tmp/week-of-a-test

inside dpkg -L homenode | sort >"$work/files"
apt purge homenode || fail "it is not removed: $(cat "$work/out")"
while read -r file; do
	[ -f "$root$file" ] && fail "left behind: $file"
done <"$work/files"
grep -q '^/usr/bin/homenode$' "$work/files" || fail "what was installed: $(cat "$work/files")"
[ -e "$root/usr/share/homenode" ] && fail "left behind: /usr/share/homenode"
finish
