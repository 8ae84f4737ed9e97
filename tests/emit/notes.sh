#!/bin/sh
# What a format does otherwise than the plan is said, on standard error and in the file's head.
. tests/cli/lib.sh

host=epyc-nps4-8n

# in_head WORDS, noted WORDS: on standard error too
in_head()
{
	sed -e '/^<domain/q' -e 's/^# //' "$work/out" | tr -s ' \n' '  ' >"$work/head"
	says head "$1"
}

noted()
{
	says err "$1"
	in_head "$1"
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

# 16 GiB of 24 are on the zone's node, and no file says so by itself
for format in xl libvirt qemu numactl systemd; do
	for policy in edera-compact slit-spill; do
		run 0 plan $host -c 8 -M 24GiB --resource-adjustment-policy static -p $policy --emit $format
		noted 'the plan spills 8 GiB of its memory (16 GiB on node 0, 8 GiB on node 1)'
		run 0 plan $host -c 8 -M 12GiB --resource-adjustment-policy static -p $policy --emit $format
		grep -q spill "$work/err" && fail "nothing is spilled, but: $(cat "$work/err")"
	done
done
run 0 plan $host -c 20 -M 40GiB --resource-adjustment-policy static --emit xl
noted 'the plan spills 8 GiB of its memory (16 GiB on node 0, 16 GiB on node 1, 8 GiB on node 2)'

# both names of a zone whose name cannot stand there
# shellcheck disable=SC2016 # no command
odd='$(id)&<b>'
for format in xl libvirt qemu numactl systemd k8s; do
	new=__id___b_
	[ $format = k8s ] && new=id---b
	run 0 plan $host -n "$odd" -c 2 -M 1GiB --emit $format
	noted "no zone can be called \"$odd\" here, so it is called $new"
	in_head "Zone $odd (here $new) on host"
	run 0 plan $host -n plain -c 2 -M 1GiB --emit $format
	grep -q 'be called' "$work/err" && fail "no other name, but: $(cat "$work/err")"
	says out 'Zone plain on host'
done
run 0 plan $host -n "$odd" -c 2 -M 1GiB --emit acpi --output "$work/acpi"
says err 'its folder is called __id___b_'

finish
