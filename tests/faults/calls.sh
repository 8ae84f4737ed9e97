#!/bin/sh
# System calls that fail, one after the other, in every main command: it ends with a sentence,
# and what is in the folder is as before or as it should be.
. tests/cli/lib.sh
. tests/faults/lib.sh
command -v strace >/dev/null 2>&1 || {
	echo "skipped: strace is not here, which makes system calls fail"
	exit 77
}
strace -qq -o /dev/null true 2>/dev/null || {
	echo "skipped: nothing may be traced here"
	exit 77
}
prepare

# count CALLS COMMAND...: how many of them the thread makes that makes most: strace counts each
# by itself
count()
{
	calls=$1
	shift
	rm -f "$work/trace".*
	: >"$work/trace.0"
	WRAP="strace -ff -qq -o $work/trace -e trace=$calls"
	in_new_folder "$@" >/dev/null 2>&1
	wc -l "$work/trace".* | awk '$2 != "total" && $1 > most { most = $1 } END { print most + 0 }'
}

# The loader's calls, before main(), are not ours to mind: those of a program that does nothing else.
idle()
{
	$WRAP "$HOMENODE" --version
}

for command in $commands; do
	while read -r calls fault; do
		first=1
		[ "$calls" != mmap ] || first=$(($(count mmap idle) + 1))
		each "$command" "$first" "$(count "$calls" invoke "$command")" "$calls:$fault" \
			"strace -f -qq -o /dev/null -e trace=$calls -e inject=$calls:$fault:when=%N"
	done <<TABLE
read error=EIO
write error=ENOSPC
openat error=EMFILE
fsync error=EIO
rename,renameat,renameat2 error=EIO
link,linkat error=EIO
unlink,unlinkat error=EIO
mkdir,mkdirat error=EACCES
mmap error=ENOMEM
brk retval=0
clone,clone3,fork,vfork error=EAGAIN
TABLE
done
finish
