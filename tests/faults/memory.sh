#!/bin/sh
# The n-th allocation fails, and then that and all after it, in every main command: it ends with
# a sentence, and what is in the folder is as before or as it should be. $1 is no_memory.c, built.
. tests/cli/lib.sh
. tests/faults/lib.sh
shim=$1
prepare

count()
{
	WRAP="env LD_PRELOAD=$shim HOMENODE_COUNT_MEMORY=$work/count"
	in_new_folder invoke "$1" >/dev/null 2>&1
	cat "$work/count"
}

for command in $commands; do
	total=$(count "$command")
	[ "$total" -gt 100 ] || fail "$command: $total allocations were counted"
	for after in '' +; do
		each "$command" 1 "$total" "allocation$after" "env LD_PRELOAD=$shim HOMENODE_NO_MEMORY=%N$after"
	done
done
finish
