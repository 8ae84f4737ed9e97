#!/bin/sh
# Killed at a system call, in every main command: nothing half-written has a name, and no files of two
# runs are taken for one. Then the same command does its work as if nothing had been.
. tests/cli/lib.sh
. tests/faults/lib.sh
strace -qq -o /dev/null true 2>/dev/null || {
	echo "skipped: strace is not here, or nothing may be traced"
	exit 77
}
prepare

count()
{
	rm -f "$work/trace".*
	WRAP="strace -ff -qq -o $work/trace"
	in_new_folder invoke "$1" >/dev/null 2>&1
	wc -l "$work/trace".* | awk '$2 != "total" && $1 > most { most = $1 } END { print most + 0 }'
}

for command in $commands; do
	each "$command" 1 "$(count "$command")" killed \
		"strace -f -qq -o /dev/null -e inject=all:signal=KILL:when=%N"
	WRAP=''
	(cd "$case" && invoke "$command" >"$work/said.out" 2>"$work/said.err" &&
		judge "$command" 137 "$command, after a kill" >>"$seen") ||
		fail "$command after a kill: $(cat "$work/said.err")"
done
finish
