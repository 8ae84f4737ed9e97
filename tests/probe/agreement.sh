#!/bin/sh
# homenode-agreement from outside: a STREAM that is none, and what cannot be asked.
. tests/cli/lib.sh
TMPDIR=$work/tmp
export TMPDIR
mkdir "$TMPDIR"
agreement=$HOMENODE_BUILD/homenode-agreement

# try STATUS ARGUMENT...
try()
{
	want=$1
	shift
	PATH=$path "$agreement" "$@" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	[ "$got" -eq "$want" ] || fail "homenode-agreement $* ended with $got, not $want: $(cat "$work/err")"
}
path=$PATH

cat >"$work/slow.c" <<'END'
#include <stdio.h>
int main(void)
{
	volatile double x = 0;
	for (long i = 0; i < 20000000; i++)
		x += 1;
	puts("Copy: 1.0\nScale: 1.0\nAdd: 1.0\nTriad: 1.0");
	return 0;
}
END
command -v gcc >/dev/null 2>&1 || {
	echo "skipped: no gcc"
	exit 77
}
# a rate of 1 MB/s is no machine's: whatever the noise, that does not agree
mkdir "$work/bin"
for program in gcc as ld collect2 rm sh homenode-probe; do
	at=$(command -v $program) && ln -s "$at" "$work/bin/$program"
done
path=$work/bin
try 1 --stream "$work/slow.c" --bytes 4MiB --rounds 6 --time 10s
path=$PATH
says out 'STREAM triad'
says err 'multichase is not compared'
grep -q 'agrees' "$work/out" && fail "it agrees with 1 MB/s: $(cat "$work/out")"
[ -z "$(ls "$TMPDIR")" ] || fail "left behind: $(ls "$TMPDIR")"

echo 'this is no C' >"$work/broken.c"
try 2 --stream "$work/broken.c" --bytes 4MiB --rounds 1
says err 'broken.c does not build'
try 2 --bytes 1KiB
try 2 --rounds x
try 2 --wrong 1
try 2 --stream
try 2 --cpu 4095
finish
