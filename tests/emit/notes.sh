#!/bin/sh
# What a format does otherwise than the plan is said, on standard error and in the file's head.
. tests/cli/lib.sh

host=epyc-nps4-8n

# noted WORDS: in both
noted()
{
	says err "$1"
	sed -e '/^<domain/q' -e 's/^# //' "$work/out" | tr -s ' \n' '  ' >"$work/head"
	says head "$1"
}

# devices that are passed through pin all memory: no word of a balloon that helps
for format in libvirt qemu; do
	run 0 plan $host -c 2 -m 1GiB -M 4GiB -D nic0 --emit $format
	noted 'vfio pins all 4 GiB of it'
	grep -q 'balloon it down\|balloons down' "$work/err" && fail "a balloon is advised: $(cat "$work/err")"
	[ $format = qemu ] || says out "<currentMemory unit='MiB'>4096</currentMemory>"
	run 0 plan $host -c 2 -m 1GiB -M 4GiB --emit $format
	grep -q vfio "$work/err" && fail "no device, but: $(cat "$work/err")"
	noted 'balloon'
	[ $format = qemu ] || says out "<currentMemory unit='MiB'>1024</currentMemory>"
done

finish
