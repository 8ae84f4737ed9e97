#!/bin/sh
# The completion: every option of every command, and what bash makes of it.
. tests/cli/lib.sh

run 0 help --completion bash
cp "$work/out" "$work/homenode.bash"
for name in $(command_names); do
	for option in $(option_names "$name"); do
		sed -n "s/^[ \t]*$name:-\*) _homenode_words \"\(.*\)\" ;;/ \1 /p" \
			"$work/homenode.bash" | grep -Fq -e " $option " ||
			fail "$name $option is not completed"
	done
done
command -v bash >/dev/null 2>&1 || {
	[ "$failures" -eq 0 ] && echo "skipped: bash is not installed" && exit 77
	finish
}

# candidates_for WORD...: the candidates for the last word
candidates_for()
{
	# shellcheck disable=SC2016 # bash
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _homenode
		printf "%s\n" "${COMPREPLY[@]}"' bash "$work/homenode.bash" "$HOMENODE" "$@" \
		>"$work/candidates" 2>"$work/err"
	[ -s "$work/err" ] && fail "completing $*: $(cat "$work/err")"
}

candidates_for sh
says candidates show
candidates_for list topo
says candidates topologies
candidates_for list topologies --form
says candidates --format
candidates_for list topologies --format j
says candidates json
candidates_for list topologies --format =
says candidates json
candidates_for list topologies --format = c
says candidates csv
candidates_for help pl
says candidates plan
candidates_for help --completion b
says candidates bash
candidates_for show th
says candidates this
finish
