#!/bin/sh
# The man page: every command and option is in it, and the formatters accept it.
. tests/cli/lib.sh

run 0 help --man
cp "$work/out" "$work/homenode.1"
for name in $(command_names); do
	says homenode.1 ".SS \"homenode $name"
	for option in $(option_names "$name"); do
		says homenode.1 "$(echo "$option" | sed 's/-/\\-/g')"
	done
done
checked=0
if command -v mandoc >/dev/null 2>&1; then
	checked=1
	mandoc -T lint -W warning "$work/homenode.1" >"$work/lint" ||
		fail "mandoc: $(cat "$work/lint")"
fi
if command -v groff >/dev/null 2>&1; then
	checked=1
	groff -man -Tascii -ww -z "$work/homenode.1" 2>"$work/lint"
	[ -s "$work/lint" ] && fail "groff: $(cat "$work/lint")"
fi
[ "$failures" -eq 0 ] && [ "$checked" -eq 0 ] &&
	echo "skipped: neither mandoc nor groff is installed" && exit 77
finish
