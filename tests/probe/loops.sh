#!/bin/sh
# What the compiler made of the loops that are timed: the loads and stores that they are
# named for, and no call that would do the work in another way. Of this build, or of
#	tests/probe/loops.sh ARCHIVE MACHINE OBJDUMP
. tests/cli/lib.sh

archive=${1:-$HOMENODE_BUILD/probe/libroom_probe.a}
machine=${2:-$(uname -m)}
objdump=${3:-objdump}
command -v "$objdump" >/dev/null 2>&1 || {
	echo "skipped: no $objdump"
	exit 77
}
[ -f "$archive" ] || {
	echo "skipped: $archive is not built"
	exit 77
}
"$objdump" -d --no-show-raw-insn "$archive" >"$work/all" || exit 1

# loop FILE FUNCTION: its instructions into $work/loop
loop()
{
	awk -v file="$1.c.o:" -v name="<$2>:" '
		/file format/ { inside = $1 == file }
		/^[0-9a-f]+ <.*>:$/ { on = inside && $2 == name }
		on { print }' "$work/all" >"$work/loop"
	[ -s "$work/loop" ] || fail "$1 has no $2"
	what="$1 $2"
}

# has NUMBER PATTERN: at least so many instructions like that
has()
{
	n=$(grep -cE "$2" "$work/loop")
	[ "$n" -ge "$1" ] || fail "$what has $n of '$2', not $1: $(cat "$work/loop")"
}

hasnt()
{
	grep -qE "$1" "$work/loop" && fail "$what has '$1': $(grep -E "$1" "$work/loop" | head -n 3)"
}

# check FILE REGISTER LINES STORE: eight lines a turn by registers of that kind
check()
{
	file=kernels_$1 register=$2 lines=$3 past=$4
	loop "$file" run_read
	has "$lines" "\\(%r.*%$register"
	hasnt 'call|movnt'
	for function in run_write_nt run_copy_nt run_triad_nt; do
		loop "$file" $function
		has "$lines" "$past +%${register}[0-9]+,.*\\(%r"
		has 1 'sfence'
		hasnt 'call|rep '
	done
	for function in run_write run_copy run_triad; do
		loop "$file" $function
		has "$lines" "v?mov[a-z0-9]+ +%${register}[0-9]+,.*\\(%r"
		hasnt 'call|rep |movnt'
	done
	loop "$file" run_mix_1_1
	has "$lines" "v?mov[a-z0-9]+ +%${register}[0-9]+,.*\\(%r"
	hasnt 'call|movnt'
}

case $machine in
x86_64)
	check avx512 zmm 8 'vmovntdq|vmovntpd|vmovntps'
	check avx2 ymm 16 'vmovntdq|vmovntpd|vmovntps'
	check sse2 xmm 32 'movntdq|movntpd|movntps'
	loop chase_walk chase_walk
	has 16 'mov +\(%r..\),%r'
	loop stream_loops stream_loop
	hasnt 'memcpy|memset|movnt'
	# as of STREAM's own arrays: no load apart from what is done with it, by the compiler that builds
	# what is installed
	[ "${HOMENODE_COMPILER:-GNU}" != GNU ] || hasnt 'movup'
	has 1 'addpd +\(%r'
	;;
aarch64)
	# eight lines a turn, by pairs of registers of 16 bytes where there is such an instruction
	for function in run_write_nt run_copy_nt run_triad_nt; do
		loop kernels_neon $function
		has 16 '[[:space:]]stnp[[:space:]]+q'
		has 1 'dmb[[:space:]]+ishst'
		hasnt '[[:space:]]bl[[:space:]]'
	done
	for function in run_write run_copy run_triad run_mix_1_1; do
		loop kernels_neon $function
		has 16 '[[:space:]]st(p|r|ur)[[:space:]]+q'
		hasnt '[[:space:]](bl|stnp)[[:space:]]'
	done
	loop kernels_neon run_read
	has 16 '[[:space:]]ld(p|r|ur)[[:space:]]+q'
	hasnt '[[:space:]](bl|stnp|str|stp)[[:space:]]+q'
	loop chase_walk chase_walk
	has 16 'ldr[[:space:]]+x[0-9]+, \[x[0-9]+\]'
	loop stream_loops stream_loop
	has 4 'ld(p|r|ur)[[:space:]]+q'
	hasnt '[[:space:]](bl|stnp)[[:space:]]'
	;;
*)
	echo "skipped: no loops of vector instructions for $machine"
	exit 77
	;;
esac
finish
