#!/bin/sh
# What an optimised build installs cannot be overwritten or loaded where an attacker expects it,
# read off its ELF files. A program made without all that is read first, so that the reader is
# known to see it.
. tests/cli/lib.sh

command -v readelf >/dev/null 2>&1 || {
	echo "skipped: no readelf (binutils has it)"
	exit 77
}
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$HOMENODE_BUILD/CMakeCache.txt")

# note FILE: the file says that it goes along with the processor's own checks of branches
note()
{
	readelf -nW "$1" 2>/dev/null | grep -q 'IBT.*SHSTK'
}

# weak FILE: what is wrong with it, one a line
weak()
{
	readelf -hldW "$1" >"$work/elf" 2>/dev/null || echo "is not an ELF file"
	readelf -sW "$1" >"$work/symbols" 2>/dev/null
	grep -q 'Type: *DYN' "$work/elf" || echo "has its place fixed (no PIE)"
	grep -q GNU_RELRO "$work/elf" || echo "has no GNU_RELRO"
	grep -Eq 'BIND_NOW|FLAGS_1.*NOW' "$work/elf" || echo "binds late"
	grep -q 'TEXTREL' "$work/elf" && echo "is written to where its code is"
	grep -Eq '^ *LOAD .* RWE ' "$work/elf" && echo "has a segment to write and to execute"
	grep -Eq '^ *GNU_STACK .* RW  ' "$work/elf" || echo "has a stack to execute"
	grep -q '__stack_chk_fail' "$work/symbols" || echo "has no stack protector"
	grep -Eq ' __[a-z]+_chk(@|$)' "$work/symbols" || echo "has no checks of buffers"
	[ -e "$work/noted" ] && ! note "$1" && echo "has no note of IBT and SHSTK"
	true
}

# what the compiler and its start files give the smallest program
echo 'int main(void) { return 0; }' >"$work/small.c"
if "$compiler" -fcf-protection=full "$work/small.c" -o "$work/small" 2>/dev/null; then
	if note "$work/small"; then
		: >"$work/noted"
	fi
fi

"$compiler" -O1 -no-pie -fno-stack-protector -Wl,-z,norelro -Wl,-z,lazy -Wl,-z,execstack \
	"$work/small.c" -o "$work/bad" 2>/dev/null || fail "$compiler makes no small program"
weak "$work/bad" >"$work/found"
for word in 'no PIE' 'no GNU_RELRO' 'binds late' 'stack to execute' 'no stack protector' \
	'no checks of buffers'; do
	says found "$word"
done

DESTDIR=$work/root cmake --install "$HOMENODE_BUILD" --prefix /usr >"$work/out" 2>&1 ||
	fail "it cannot be installed: $(cat "$work/out")"
programs=0
for file in "$work"/root/usr/bin/* "$work"/root/usr/lib/*.so "$work"/root/usr/lib/*/*.so; do
	readelf -h "$file" >/dev/null 2>&1 || continue
	programs=$((programs + 1))
	weak "$file" >"$work/found"
	[ -s "$work/found" ] && fail "${file##*/}: $(cat "$work/found")"
done
[ "$programs" -gt 0 ] || fail "nothing is installed: $(cat "$work/out")"

# the probe goes where no library is
probe=$work/root/usr/bin/homenode-probe
if [ -e "$probe" ]; then
	readelf -ldW "$probe" >"$work/elf"
	grep -Eq 'INTERP|NEEDED' "$work/elf" && fail "homenode-probe needs libraries"
	"$probe" --help >/dev/null 2>&1 || fail "homenode-probe does not start"
fi
finish
