#!/bin/sh
# homenode plan: what it prints where, its exit status, and the files it writes.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
[ -f topologies/epyc-nps4-8n.xml ] || { echo "skipped: no topologies/epyc-nps4-8n.xml"; exit 77; }
host=epyc-nps4-8n

cat >"$work/zones.json" <<'ZONES'
{"zones": [
 {"name": "A", "vcpus": 4, "memory": "6GiB", "memory_policy": "static"},
 {"name": "B", "vcpus": 4, "memory": "6GiB", "memory_policy": "static"},
 {"name": "C", "vcpus": 32, "memory": "24GiB", "memory_policy": "static"},
 {"name": "D", "vcpus": 8, "memory": "20GiB", "memory_policy": "static"},
 {"name": "E", "vcpus": 4, "memory": "4GiB", "memory_policy": "static", "devices": ["nic0"]},
 {"name": "F", "vcpus": 16, "memory": "12GiB", "memory_policy": "static"},
 {"name": "G", "vcpus": 48, "memory": "30GiB", "memory_policy": "static"}
]}
ZONES
sed 's/"G", "vcpus": 48/"G", "vcpus": 200/' "$work/zones.json" >"$work/toomuch.json"

# nodes ZONE: column 9 of the CSV
nodes()
{
	awk -F, -v zone="$1" '$3 == zone { print $9 }' "$work/out"
}

run 0 plan $host "$work/zones.json" --format csv
[ "$(nodes C)" = "2 3" ] || fail "C went to $(nodes C)"
[ "$(nodes G)" = "7 5 6" ] || fail "G went to $(nodes G)"
says err "zone D: 4 GiB of its memory is not on the node"
run 0 plan $host "$work/zones.json" --format csv --policy edera-scatter --quiet
[ "$(nodes G)" = "7 1 0" ] || fail "scattered, G went to $(nodes G)"
[ -s "$work/err" ] && fail "--quiet printed warnings"

run 0 plan $host "$work/zones.json" --explain
says out "first node 5: nearest to device nic0"
says out "6 GiB of node 6's share is on node 7 (distance 12)"
run 0 plan $host "$work/zones.json" --format json
says out '"spilled_bytes": 6442450944'

# the answer no: status 1, what would have fitted, the others placed
run 1 plan $host "$work/toomuch.json"
says out "G: refused (ERR_NO_ROOM): 200 vCPUs asked"
says out "would fit with at most 128 vCPUs"
run 1 plan $host "$work/zones.json" --format csv --cpu-overcommit 0.5
[ "$(nodes E)" = 5 ] || fail "E went to $(nodes E)"
[ -z "$(nodes G)" ] || fail "G was placed above the overcommit"

# one zone by options, a live host's free memory, dom0
run 0 plan $host -n one -c 2 -m 1GiB --free 0=1GiB,1=2GiB --free 2=3GiB --format csv
[ "$(nodes one)" = 3 ] || fail "with 0, 1 and 2 nearly full, it went to $(nodes one)"
run 1 plan $host -c 2 -M 100GiB --resource-adjustment-policy static --dom0-memory 32GiB
says out "4 GiB short"

# xl.cfg: alone on standard output, or a file a placed zone
run 0 plan $host -c 20 --resource-adjustment-policy static -n big --emit xl
says out 'name = "big"'
says out '"pnode=1"'
run 1 plan $host "$work/toomuch.json" --emit xl --output "$work/cfg" --quiet
[ "$(ls "$work/cfg")" = "$(printf '%s.cfg\n' A B C D E F)" ] || fail "wrote $(ls "$work/cfg")"
[ -s "$work/err" ] && fail "--quiet printed what xl.cfg cannot say: $(cat "$work/err")"
run 0 plan $host -c 20 --resource-adjustment-policy static -n big -V pvh --emit xl
says err "homenode: warning: zone big: --emit xl: libxl 4.17 builds no PVH guest with vnuma"
says err "--backend xen"
grep -v '^#' "$work/out" | grep -q vnuma && fail "vnuma for a PVH guest"
for format in xl libvirt qemu numactl systemd k8s; do
	run 0 plan $host "$work/zones.json" --emit $format --output "$work/$format"
	[ "$(find "$work/$format" -name '[A-Ga-g].*' | wc -l)" -eq 7 ] || fail "$format: $(ls "$work/$format")"
	run 0 plan $host -c 2 --emit $format
	grep -q 'written by homenode' "$work/out" || fail "$format: $(cat "$work/out")"
	run 1 plan $host -c 2 -M 999GiB --resource-adjustment-policy static --emit $format
	[ -s "$work/out" ] && fail "$format of a refused zone: $(cat "$work/out")"
done

refused 2 plan $host "$work/zones.json" --emit xl
refused 2 plan $host "$work/zones.json" --emit k8s
refused 2 plan $host -c 2 --emit libvrt
says err '--emit: unknown format "libvrt"; did you mean "libvirt"?'
refused 2 plan $host -c 2 --emit docker
says err 'there are xl, libvirt, qemu, numactl, systemd, k8s, acpi, acpi-q35'
long=$(printf '%0253d' 0)
for format in xl libvirt qemu numactl systemd; do
	refused 2 plan $host -n "$long" -c 2 --emit $format --output "$work/long"
	says err 'and at most 248 can be written; rename it'
	[ -e "$work/long" ] && fail "$format: a directory for what cannot be written"
	run 0 plan $host -n "$(printf '%0240d' 0)" -c 2 --emit $format --output "$work/less" --quiet
	run 0 plan $host -n "$long" -c 2 --emit $format --quiet
done
run 0 plan $host -n "$long" -c 2 --emit k8s --output "$work/less" --quiet
run 0 plan $host -n "$long" -c 2 --emit acpi --output "$work/less" --quiet
# an address in capitals is the same device
run 0 plan $host -c 2 -D nic0 --emit libvirt --quiet
cp "$work/out" "$work/by-name"
pci=$(sed -n "s/.*bus='0x\(..\)' slot='0x\(..\)' function='0x\(.\)'.*/\1:\2.\3/p" "$work/by-name" | tr a-f A-F)
for device in "$pci" "0000:$pci"; do
	run 0 plan $host -c 2 -D "$device" --emit libvirt --quiet
	cmp -s "$work/out" "$work/by-name" || fail "$device is not nic0"
done
refused 2 plan $host
refused 2 plan $host -c 2 --policy edera-compct
refused 2 plan $host -c 2 --free 9=1GiB
refused 2 plan $host -c 2 --free 0=17GiB
refused 2 plan $host -c 2 --free 0
refused 2 plan $host -c 2 --free 0=1G,0=2G
says err '--free: node 0 is there twice'
refused 2 plan $host -c 2 --free 0=1G,1=1G --free 1=1G
says err '--free: node 1 is there twice'
refused 2 plan $host -c 2 --cpu-overcommit 1.0001
refused 2 plan $host -c 2 --output "$work/x"
refused 1 plan $host -c 2 --dom0-memory 129GiB

# a host without memory takes nothing
printf '%s\n' 'available: 1 nodes (0)' 'node 0 cpus: 0 1' 'node 0 size: 0 MB' >"$work/empty.txt"
run 1 plan "$work/empty.txt" -c 1 -m 300
says out "ERR_NO_ROOM"
run 1 capacity "$work/empty.txt" -f 1x1GiB
finish
