#!/bin/sh
# The man pages: one a command with every option of it, one of the program that names them all, and
# the formatters accept each. What cmake installs is the same.
. tests/cli/lib.sh

mkdir "$work/man1"
run 0 help --man --output "$work/man1"
for name in $(command_names); do
	page=man1/homenode-$name.1
	[ -s "$work/$page" ] || { fail "there is no page of $name" && continue; }
	run 0 help --man "$name"
	cmp -s "$work/out" "$work/$page" || fail "help --man $name is another page"
	says man1/homenode.1 "\\fBhomenode\\-$name\\fR(1)"
	for option in $(option_names "$name"); do
		says "$page" "$(echo "$option" | sed 's/-/\\-/g')"
	done
done
run 0 help --man
cmp -s "$work/out" "$work/man1/homenode.1" || fail "help --man is another page"
says man1/homenode-compare.1 'The old name of \fB\-\-policy\fR.'
says man1/homenode-probe.1 'homenode\-probe where|stream|chase'
refused 2 help run --man --output "$work/man1"
says err 'name no command'
refused 3 help --man --output "$work/nowhere"

mpi=$(dirname "$HOMENODE")/homenode-mpi
if [ -x "$mpi" ]; then
	"$mpi" help --man --output "$work/man1" || fail "homenode-mpi writes no pages"
	says man1/homenode-mpi.1 '\fBhomenode\-mpi\-sweep\fR(1)'
fi

# what cmake installs is the same
if [ -e "$HOMENODE_BUILD/man/homenode/homenode.1" ] && command -v cmake >/dev/null 2>&1; then
	cmake --install "$HOMENODE_BUILD" --prefix "$work/prefix" >"$work/said" 2>&1 ||
		fail "cmake --install: $(tail -n 3 "$work/said")"
	for page in "$work"/man1/homenode*.1; do
		cmp -s "$page" "$work/prefix/share/man/man1/$(basename "$page")" ||
			fail "$(basename "$page") is not installed, or another"
	done
	for script in bash-completion/completions/homenode zsh/site-functions/_homenode \
		fish/vendor_completions.d/homenode.fish doc/homenode/examples/zones.json; do
		[ -s "$work/prefix/share/$script" ] || fail "$script is not installed"
	done
	for program in "$work"/prefix/bin/*; do
		[ -e "$work/prefix/share/man/man1/$(basename "$program").1" ] ||
			fail "$(basename "$program") has no man page"
	done
fi

checked=0
for page in "$work"/man1/*.1; do
	if command -v mandoc >/dev/null 2>&1; then
		checked=1
		# sources that are neither a checkout nor an archive of one have no day
		mandoc -T lint -W warning "$page" | grep -v 'missing date' >"$work/lint"
		[ -s "$work/lint" ] && fail "mandoc: $(cat "$work/lint")"
	fi
	if command -v groff >/dev/null 2>&1; then
		checked=1
		groff -man -Tascii -ww -z "$page" 2>"$work/lint"
		[ -s "$work/lint" ] && fail "groff: $(cat "$work/lint")"
	fi
	if command -v man >/dev/null 2>&1; then
		checked=1
		LC_ALL=C MANWIDTH=80 man --warnings -E ascii -l "$page" 2>"$work/lint" >"$work/text"
		[ -s "$work/lint" ] && fail "man: $(cat "$work/lint")"
		[ "$(wc -l <"$work/text")" -gt 20 ] || fail "man shows nothing of $page"
		wide=$(col -bx <"$work/text" | awk 'length > 80')
		[ -z "$wide" ] || fail "$page is wider than 80 columns: $wide"
	fi
done
[ "$failures" -eq 0 ] && [ "$checked" -eq 0 ] &&
	echo "skipped: neither mandoc, groff nor man is installed" && exit 77
finish
