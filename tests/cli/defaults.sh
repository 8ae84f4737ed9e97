#!/bin/sh
# Defaults of options in a file and in the environment: which counts, that it is said, and that what
# must not depend on them does not.
. tests/cli/lib.sh

for name in $(env | sed -n 's/^\(HOMENODE_[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
HOME=$work/home
mkdir -p "$HOME/.config/homenode"
export HOME
unset XDG_CONFIG_HOME

# config TEXT: the user's file
config()
{
	printf '%s\n' "$1" >"$HOME/.config/homenode/config.json"
}

# rows: which policies the last run had
rows()
{
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { printf "%s ", $c["policy"] }' \
		"$work/run/summary.csv"
}

# policies WANT ARGUMENT...: a run has these rows
policies()
{
	those=$1
	shift
	run 0 run golden-seven --output "$work/run" "$@"
	[ "$(rows)" = "$those" ] || fail "run $* has $(rows)not $those"
}

# what is no file and was not named is not waited for
mkfifo "$HOME/.config/homenode/config.json"
refused 2 list policies
says err 'config.json: is no file'
rm "$HOME/.config/homenode/config.json"

# none
run 0 help config
says out "$HOME/.config/homenode/config.json (not there)"
says out 'defaults: none'
run 0 --version
says out 'config.json is not there'
policies 'edera-compact edera-scatter flat '
grep -q ' is from ' "$work/err" && fail "a default is said where there is none"

# the file; the command line, the environment and the file in that order; one command before all
config '{"all": {"policy": "random"}, "run": {"policy": ["flat", "edera-compact"], "zones": true}}'
policies 'edera-compact flat '
says err "homenode: --policy=flat,edera-compact is from $HOME/.config/homenode/config.json:1:39"
[ -e "$work/run/zones.csv" ] || fail "the flag of the file does nothing"
says run/run.json '"--policy=flat,edera-compact"'
says run/run.json '"--zones=yes"'
policies 'edera-scatter ' --policy edera-scatter
HOMENODE_POLICY=numad
export HOMENODE_POLICY
policies 'numad '
says err 'homenode: --policy=numad is from HOMENODE_POLICY'
HOMENODE_RUN_POLICY=flat,numad
export HOMENODE_RUN_POLICY
policies 'flat numad '
policies 'edera-scatter ' --policy edera-scatter
run 0 run golden-seven --output "$work/run" --quiet
[ -s "$work/err" ] && fail "--quiet says $(cat "$work/err")"
unset HOMENODE_POLICY HOMENODE_RUN_POLICY
rm -r "$work/run"
policies 'edera-compact flat ' --zones=no
[ -e "$work/run/zones.csv" ] && fail "--zones=no does not take back the file's"
# what was recorded is all of it: the same words, nobody's defaults, the same bytes
jq=$(command -v jq) || jq=
if [ -n "$jq" ]; then
	cp "$work/run/summary.csv" "$work/before"
	jq -r '.arguments[]' "$work/run/run.json" | sed 's/.*/"&"/' | tr '\n' ' ' >"$work/words"
	rm -r "$work/run"
	eval "HOMENODE_CONFIG= run 0 run $(cat "$work/words")"
	cmp -s "$work/before" "$work/run/summary.csv" || fail "run.json's arguments made another summary"
fi

# a default gives way to what the command line has and it does not go with
config '{"all": {"wide": true}}'
run 0 list policies --columns name
[ "$(head -n 1 "$work/out" | tr -d ' ')" = name ] || fail "--columns does not go before a default of --wide"
config '{"all": {"columns": "name"}}'
run 0 list policies --wide
head -n 1 "$work/out" | grep -q source || fail "--wide does not go before a default of --columns"
run 0 list policies --format csv
head -n 1 "$work/out" | grep -q source || fail "a default of --columns is in the way of csv"
refused 2 list policies --wide --columns name
config '{"all": {"policy": "random"}, "run": {"policy": ["flat", "edera-compact"], "zones": true}}'

# what is in force is said where one looks
run 0 help config
says out '  run --policy=flat,edera-compact'
says out "      from $HOME/.config/homenode/config.json:1:39"
run 0 --version
says out 'defaults   3 (homenode help config)'
run 0 run --help
says out 'homenode: --policy=flat,edera-compact is from '
XDG_CONFIG_HOME=$work/xdg run 0 help config
says out "file: $work/xdg/homenode/config.json (not there)"
XDG_CONFIG_HOME=relative run 0 help config
says out "file: $HOME/.config/homenode/config.json"
printf '{"run": {"policy": "numad"}}' >"$work/mine.json"
HOMENODE_CONFIG=$work/mine.json policies 'numad '
HOMENODE_CONFIG=$work/nowhere refused 2 list policies
says err 'nowhere'
echo '{"run": {"help": true}}' >"$work/help.json"
HOMENODE_CONFIG=$work/help.json refused 2 list policies
says err 'help.json:1:10: "help" is for the command line and no default'
# nothing at all: neither file nor environment
HOMENODE_CONFIG='' HOMENODE_RUN_POLICY=flat policies 'edera-compact edera-scatter flat '
HOMENODE_CONFIG='' run 0 help config
says out 'none: HOMENODE_CONFIG is set to nothing'

# a verdict depends on nobody
run 0 check "$work/run" --baseline "$work/base.csv" --update --reason first
HOMENODE_RULES=nonsense HOMENODE_FORMAT=json run 0 check "$work/run" --baseline "$work/base.csv"
grep -q '^{' "$work/out" && fail "check took a default"
HOMENODE_CHECK_RULES=exact refused 2 list policies
says err 'check takes no defaults'
# nor is the directory of the data an option
HOMENODE_DATA=$PWD run 0 list policies
[ -s "$work/err" ] && fail "HOMENODE_DATA is taken for an option: $(cat "$work/err")"

# what is wrong is said with its place, and what it meant
config '{"run": {"policy": "falt"}}'
run 2 run golden-seven --output "$work/none"
says err "did you mean \"flat\"? (--policy=falt is from $HOME/.config/homenode/config.json:1:10)"
[ -e "$work/none" ] && fail "something was left of a run that was refused"
config '{"run": {"polcy": "flat"}}'
refused 2 list policies
says err 'config.json:1:10: unknown option of that command "polcy"; did you mean "policy"?'
config '{"rnu": {"policy": "flat"}}'
refused 2 list policies
says err 'config.json:1:2: unknown command "rnu"; did you mean "run"?'
config '{"check": {"rules": "quality"}}'
refused 2 list policies
says err 'check takes no defaults: a verdict must not depend on who asks'
config '{"run": {"help": true}}'
refused 2 list policies
for bad in '{"run": {"policy": true}}' '{"run": {"policy": {}}}' '{"run": {"policy": ["a", []]}}' \
	'{"run": {"zones": "yes"}}' '{"run": {"jobs": [1, 2]}}' '{"run": 1}' '[]' '{' '{"run": {"jobs": null}}'; do
	config "$bad"
	refused 2 list policies
	says err 'config.json:'
	# the pages are there all the same
	run 0 help list
	run 0 list --help
	run 0 --version
done
config '{}'
HOMENODE_POLCIY=flat run 0 list policies
says err 'warning: no option is called like the variable HOMENODE_POLCIY'
HOMENODE_WIDE=perhaps refused 2 list policies
says err '(--wide=perhaps is from HOMENODE_WIDE)'
HOMENODE_FORMAT=xml refused 2 list policies
says err '(--format=xml is from HOMENODE_FORMAT)'
# the name that an option had before
HOMENODE_COMPARE_WHAT=flat run 0 compare epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json
says err 'homenode: --policy=flat is from HOMENODE_COMPARE_WHAT'
finish
