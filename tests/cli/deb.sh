#!/bin/sh
# The Debian package: the same sources make the same bytes, whenever and by whomever it is packed,
# and lintian, which knows Debian's rules, has no error. tests/cli/deb_chroot.sh installs it.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || {
	echo "skipped: the program is not built"
	exit 77
}
for program in cpack dpkg-shlibdeps dpkg-deb; do
	command -v "$program" >/dev/null 2>&1 || {
		echo "skipped: $program is not installed"
		exit 77
	}
done

# pack FOLDER [VARIABLE=VALUE...]: the package into $work/FOLDER
pack()
{
	folder=$work/$1
	shift
	(cd "$HOMENODE_BUILD" && env "$@" cpack -G DEB -B "$folder") >"$work/out" 2>&1 ||
		fail "there is no package: $(cat "$work/out")"
}

export DEBFULLNAME='A Maintainer' DEBEMAIL=maintainer@debian.org
umask 022
pack first
sleep 2 # what is a clock's would be another second
pack second TZ=Asia/Tokyo LC_ALL=C
first=$(echo "$work"/first/homenode_*.deb) second=$(echo "$work"/second/homenode_*.deb)
cmp "$first" "$second" >"$work/out" 2>&1 || fail "packed again it is another: $(cat "$work/out")"

dpkg-deb -f "$first" Maintainer >"$work/out"
says out 'A Maintainer <maintainer@debian.org>'
dpkg-deb -c "$first" >"$work/content"
for file in bin/homenode bin/homenode-probe share/man/man1/homenode-run.1.gz \
	share/doc/homenode/copyright share/homenode/workloads/week.json; do
	says content "./usr/$file"
done
grep -Ev '^[-d]rw[-x]r-[-x]r-[-x] root/root' "$work/content" >"$work/odd" &&
	fail "owners or permissions: $(cat "$work/odd")"

if command -v lintian >/dev/null 2>&1; then
	# of a package that is in no archive yet, and closes no bug of its
	lintian --allow-root --fail-on error --suppress-tags initial-upload-closes-no-bugs \
		"$first" >"$work/out" 2>&1 || fail "lintian: $(cat "$work/out")"
else
	echo "lintian is not installed: not asked"
fi
finish
