#!/bin/sh
# libvirt's own schema takes every file, and its reader what the schema cannot see: the
# driver "test" of virsh needs neither a daemon nor privilege.
. tests/cli/lib.sh
. tests/emit/zones.sh

schema=/usr/share/libvirt/schemas/domain.rng
command -v xmllint >/dev/null 2>&1 || skip "no xmllint"
[ -e $schema ] || skip "no $schema (Debian's libvirt0)"
command -v virsh >/dev/null 2>&1 || skip "no virsh"

valid()
{
	xmllint --noout --relaxng $schema "$@" >"$work/said" 2>&1
}

# define FILE...: how many libvirt takes
define()
{
	for file in "$@"; do
		sed "s/<domain type='kvm'>/<domain type='test'>/" "$file" >"$file.test"
		echo "define $file.test"
		echo "undefine $(basename "$file" .xml)"
	done >"$work/commands"
	virsh -c test:///default <"$work/commands" >"$work/said" 2>&1
	grep -c "defined from" "$work/said"
}

emit_all libvirt
run 0 plan epyc-nps4-8n -c 100 -C 300 -M 1GiB -D nic0 -n large --resource-adjustment-policy static \
	-p flat --emit libvirt --output "$work/files/large"
valid "$work"/files/*/*.xml || fail "the schema refuses: $(cat "$work/said")"
[ "$(find "$work/files" -name '*.xml' | wc -l)" -eq 52 ] || fail "not 52 files"
nr=$(define "$work"/files/*/*.xml)
[ "$nr" -eq 52 ] || fail "libvirt takes $nr of 52: $(head -c 2000 "$work/said")"

# value XPATH
value()
{
	xmllint --xpath "string($1)" "$file"
}
file=$work/files/edera-scatter/two.xml
[ "$(value '//cell[@id="0"]/distances/sibling[@id="1"]/@value')" = 32 ] || fail "distance: $(cat "$file")"
[ "$(value '//memnode[@cellid="1"]/@nodeset')" = 4 ] || fail "memnode: $(cat "$file")"
[ "$(value '//vcpupin[@vcpu="19"]/@cpuset')" = 64-79 ] || fail "vcpupin: $(cat "$file")"
[ "$(value 'sum(//cell/@memory)')" = 1024 ] || fail "cells: $(cat "$file")"
file=$work/files/edera-compact/growing.xml
[ "$(value '//cell[@id="0"]/@cpus')" = 0-8,18-19 ] || fail "offline vCPUs: $(cat "$file")"
file=$work/files/short/spilled.xml
[ "$(value '//numatune/memory/@nodeset')" = 0-1 ] || fail "spilled: $(cat "$file")"
file=$work/files/large/large.xml
[ "$(value '//iommu/driver/@eim')" = on ] || fail "no extended interrupts: $(cat "$file")"
[ "$(value '//hostdev//address/@bus')" = 0xa1 ] || fail "device: $(cat "$file")"
grep -q 'cell' "$work/files/edera-compact/paravirtual.xml" && fail "a PV zone is told of nodes"

# the check can fail
sed "s/value='32'/value='9'/" "$work/files/edera-scatter/two.xml" >"$work/wrong.xml"
valid "$work/wrong.xml" && fail "the schema took a distance of 9"
sed "s/cellid='1'/cellid='2'/" "$work/files/edera-scatter/two.xml" >"$work/wrong.xml"
[ "$(define "$work/wrong.xml")" -eq 0 ] || fail "libvirt took a memnode without a cell"
finish
