#!/bin/sh
# A wrong request: status 2, one sentence, nothing on standard output.
. tests/cli/lib.sh

refused 2
says err 'homenode help'
refused 2 shwo
says err 'did you mean "show"?'
refused 2 xyzzyxyzzy
says err 'unknown command "xyzzyxyzzy"'
refused 2 --frobnicate
refused 2 help --completion tcsh
says err 'there are bash, zsh, fish'
refused 2 help shwo
refused 2 list polices
says err 'did you mean "policies"?'
refused 2 list topologies --format xml
says err '--format: unknown format "xml"; there are text, json, jsonl, csv'
refused 2 list policies backends
says err 'one operand too many, "backends"'

for name in $(command_names); do
	refused 2 "$name" --formt=json
	says err 'did you mean "--format"?'
	refused 2 "$name" --no-such-option-at-all
	says err "homenode $name --help"
	refused 2 "$name" --quiet=perhaps
	says err 'option --quiet takes no value'
	refused 2 "$name" --format
	says err 'option --format needs a value'
	# these two work without operands
	case $name in help | probe) continue ;; esac
	refused 2 "$name"
	says err "usage: homenode $name"
done
finish
