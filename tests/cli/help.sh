#!/bin/sh
# Help of every command: on standard output, status 0, one screen of 80x24.
. tests/cli/lib.sh

screen()
{
	[ -s "$work/err" ] && fail "$1 said on standard error: $(cat "$work/err")"
	lines=$(wc -l <"$work/out")
	[ "$lines" -le 24 ] || fail "$1 is $lines lines long"
	wide=$(awk 'length > 80' "$work/out")
	[ -z "$wide" ] || fail "$1 is wider than 80 columns: $wide"
}

commands=$(command_names)
[ -n "$commands" ] || fail "the completion names no commands"
run 0 help
screen "homenode help"
cp "$work/out" "$work/program"
for name in $commands; do
	grep -q "^  $name " "$work/program" || fail "homenode help does not list $name"
	run 0 "$name" --help
	screen "homenode $name --help"
	says out "usage: homenode $name "
	[ "$(grep -c "^example: homenode $name" "$work/out")" -eq 1 ] || fail "$name has not one example"
	cp "$work/out" "$work/long"
	for spelling in "$name -h" "help $name"; do
		# shellcheck disable=SC2086 # two words
		run 0 $spelling
		cmp -s "$work/out" "$work/long" || fail "homenode $spelling differs from --help"
	done
	for option in --format --quiet --help; do
		option_names "$name" | grep -qx -e "$option" || fail "$name has no $option"
	done
done
run 0 --help
cmp -s "$work/out" "$work/program" || fail "homenode --help differs from homenode help"

# what run says beside its table
COLUMNS=80 run 0 run golden-seven --output "$work/seven"
says err "latency is assumed ("
wide=$(awk 'length > 80 && !/^results are in/' "$work/err")
[ -z "$wide" ] || fail "run says wider than 80 columns: $wide"
finish
