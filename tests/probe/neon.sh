#!/bin/sh
# The loops of 64-bit ARM, built by a cross compiler and run by QEMU's emulation of a user's
# program: what they compute, what the compiler made of them, and the whole static program.
#	tests/probe/neon.sh FLAGS SOURCE...	of what is timed, and the program's
. tests/cli/lib.sh
flags=$1
shift
cc=aarch64-linux-gnu-gcc

for program in $cc aarch64-linux-gnu-ar aarch64-linux-gnu-objdump qemu-aarch64-static; do
	command -v "$program" >/dev/null 2>&1 || {
		echo "skipped: no $program (packages gcc-aarch64-linux-gnu, qemu-user-static)"
		exit 77
	}
done
echo 'int main(void) { return 0; }' | $cc -static -x c - -o "$work/none" 2>/dev/null || {
	echo "skipped: no C library for 64-bit ARM (package libc6-dev-arm64-cross)"
	exit 77
}

# build FLAGS SOURCE...: objects into $work, named as CMake does
build()
{
	with=$1
	shift
	for source in "$@"; do
		# shellcheck disable=SC2086
		$cc -std=c17 -D_GNU_SOURCE -I. -Wall -Wextra -Werror $with -c "$source" \
			-o "$work/$(basename "$source").o" || fail "$source does not build"
	done
}

timed="probe/chase_walk.c probe/stream_loops.c probe/kernels_neon.c"
program=probe/kernels_arm.c
for source in "$@"; do
	case " $timed " in *" $source "*) continue ;; esac
	case $source in probe/kernels_*) continue ;; esac
	program="$program $source"
done
# shellcheck disable=SC2086
{
	build "$flags" $timed
	build -O2 $program tests/probe/kernels_said.c tests/probe/kernels_alone.c
}
objects()
{
	for source in "$@"; do
		echo "$work/$(basename "$source").o"
	done
}
# shellcheck disable=SC2046,SC2086
{
	aarch64-linux-gnu-ar rc "$work/timed.a" $(objects $timed)
	$cc -static $(objects $timed $program) -lm -lpthread -o "$work/probe" || fail "no program"
	$cc -static $(objects $timed probe/kernels_arm.c probe/kernels.c tests/probe/kernels_said.c \
		tests/probe/kernels_alone.c) -o "$work/alone" || fail "no loops"
}
[ "$failures" -eq 0 ] || finish

qemu-aarch64-static "$work/alone" >"$work/out" || fail "the loops err: $(cat "$work/out")"
says out neon
HOMENODE_BUILD=$work tests/probe/loops.sh "$work/timed.a" aarch64 aarch64-linux-gnu-objdump >"$work/out" ||
	fail "$(cat "$work/out")"

# try ARGUMENT...: a record on $work/out
try()
{
	timeout 60 qemu-aarch64-static "$work/probe" "$@" >"$work/out" 2>"$work/err" ||
		fail "homenode-probe $*: $(cat "$work/err")"
}

# what was computed is checked by the program itself
try stream --bytes 1MiB --repeats 2 --pages base
says out 'triad_best_bytes_per_s='
try chase --bytes 1MiB --block 64KiB --hops 1000 --repeats 2 --pages base
says out 'lines=16384'
for op in read write-nt copy-nt triad-nt mix-2-1; do
	try kernel --op $op --bytes 2MiB --repeats 1 --window 5 --pages base
	says out 'set=neon'
done
finish
