#!/bin/sh
# --quiet of every command: nothing on standard error; and no command writes escape
# sequences, whatever the terminal is said to be.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
escape=$(printf '\033')
tried=
# quiet COMMAND ARGUMENT...
quiet()
{
	tried="$tried $1 "
	for option in --quiet ""; do
		# shellcheck disable=SC2086 # none or one word
		TERM=xterm-256color CLICOLOR_FORCE=1 "$HOMENODE" "$@" $option >"$work/out" 2>"$work/err" </dev/null
		got=$?
		[ "$got" -le 1 ] || fail "homenode $* $option ended with $got: $(cat "$work/err")"
		[ -n "$option" ] && [ -s "$work/err" ] && fail "homenode $* $option said: $(cat "$work/err")"
		grep -q "$escape" "$work/out" "$work/err" && fail "homenode $* $option writes escape sequences"
	done
}

zones=docs/examples/epyc-nps4-8n/zones.json
quiet show epyc-nps4-8n
quiet plan epyc-nps4-8n "$zones" --explain
quiet compare epyc-nps4-8n "$zones"
quiet capacity epyc-nps4-8n --flavor 4x6GiB
quiet size golden-seven --policy edera-compact
quiet run golden-seven --zones --output "$work/run"
echo '{"workloads": ["golden-seven"]}' >"$work/sweep.json"
quiet sweep "$work/sweep.json" --output "$work/sweep"
quiet check "$work/run" --baseline "$work/base.csv" --update --reason "the first"
quiet check "$work/run" --baseline "$work/base.csv"
sed 's/,golden-seven,/,golden-six,/' "$work/base.csv" >"$work/other.csv"
quiet check "$work/run" --baseline "$work/other.csv"
quiet diff "$work/run" "$work/run"
quiet report "$work/run"
quiet advise epyc-nps4-8n docs/examples/epyc-nps4-8n/sample.json
quiet watch docs/examples/drifting.jsonl
quiet list policies
quiet calibrate epyc-nps4-8n tests/host/figures/full.json
quiet help
for name in $(command_names); do
	case $name in probe | rehearse) continue ;; esac # need a machine, or a script of their own test
	case $tried in *" $name "*) ;; *) fail "nobody tried homenode $name" ;; esac
done
# an error is said all the same, in one line
refused 2 show no-such-host --quiet
finish
