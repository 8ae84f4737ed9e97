# shellcheck shell=sh
# Sourced by the scripts here. $HOMENODE is the program; $work is a folder that
# goes away at the end. A script that reaches its end with a failure fails.

work=$(mktemp -d) || exit 1
failures=0

at_exit()
{
	status=$?
	rm -rf "$work"
	[ "$failures" -eq 0 ] || status=1
	exit "$status"
}
trap at_exit EXIT

fail()
{
	echo "failed: $*"
	failures=$((failures + 1))
}

# run STATUS ARGUMENT...: run the program; its output is in $work/out and $work/err
run()
{
	want=$1
	shift
	"$HOMENODE" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || fail "homenode $* ended with $got, not $want: $(cat "$work/err")"
}

# refused STATUS ARGUMENT...: the program says why in one line, and prints nothing
refused()
{
	run "$@"
	shift
	[ -s "$work/out" ] && fail "homenode $* printed something on standard output"
	[ "$(wc -l <"$work/err")" -eq 1 ] || fail "homenode $* did not say one line: $(cat "$work/err")"
	grep -q '^homenode: ' "$work/err" || fail "homenode $* said: $(cat "$work/err")"
}

# says FILE TEXT: TEXT is in $work/FILE
says()
{
	grep -Fq -e "$2" "$work/$1" || fail "\"$2\" is not in: $(cat "$work/$1")"
}

# The names of all commands.
command_names()
{
	"$HOMENODE" --complete "" | cut -f 1
}

# The long options of a command, from its --help.
option_names()
{
	"$HOMENODE" "$1" --help | sed -n -e 's/^  -., --\([a-z0-9-]*\).*/--\1/p' \
		-e 's/^      --\([a-z0-9-]*\).*/--\1/p' -e 's/^  and .*/--format --quiet --help/p' |
		tr ' ' '\n'
}

finish()
{
	[ "$failures" -eq 0 ]
	exit
}
