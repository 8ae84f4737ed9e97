#!/bin/sh
# The reduced set on the other release, Debian 13's Xen 4.20: homenode built for its libxl
# launches a zone with two vnodes there, the defects are those that the page names, and the
# scenarios that boot no guest have their pages where the simulator says. The others are
# tools/xen-rig/compare --release trixie, by hand.
. tests/xen/lib.sh

# a mirror may not have the other release: no test then, in continuous integration either
tools/xen-rig/run --release trixie --fetch >"$work/out" 2>"$work/err"
if [ $? -eq 77 ]; then
	cat "$work/out"
	exit 77
fi
dom0_programs trixie homenode-dom0 xen-blocks xen-tables xen-getvnuma
cat >"$work/short.json" <<'END'
{"duration": "2s", "timeline_step": "2s", "events": [
	{"at": "0s", "start": {"name": "db", "vcpus": 2, "memory": "256MiB", "memory_policy": "static"}}
]}
END
# the zone's initramfs: its first process and the probe
mkdir -p "$work/zone/dev" "$work/zone/proc" "$work/zone/sys"
if ! "${CC:-cc}" -std=c17 -O2 -static -D_POSIX_C_SOURCE=200809L -I. -o "$work/zone/init" guest/*.c ||
	! cp "$HOMENODE_BUILD/homenode-probe" "$work/zone/probe"; then
	echo "skipped: no static C library, or no homenode-probe in this build"
	exit 77
fi
(cd "$work/zone" && find . | cpio --quiet -o -H newc) >"$work/zone.cpio"
HOMENODE_XEN_RIG_GUEST=$work/zone.cpio
export HOMENODE_XEN_RIG_GUEST

mkdir "$work/scenarios"
for name in 01-single 03-two-scatter 05-larger-than-node 06-overflow 11-together 12-two-nodes-flat; do
	cp "tests/xen/scenarios/$name.txt" "$work/scenarios/" || exit 1
done
cp "$programs/tests/xen/xen-blocks" "$work/blocks" || exit 1
rig --release trixie tests/xen/trixie-scenario.sh tests/xen/defects-scenario.sh tests/xen/observe.sh \
	"$work/short.json" "$work/scenarios" "$work/blocks" \
	"$programs/homenode-dom0" "$programs/tests/xen/xen-tables" "$programs/tests/xen/xen-getvnuma.so" || finish

# part NAME: what the scenario printed under "== NAME"
part()
{
	sed -n "/^== $1\$/,/^== /p" "$work/out" | grep -a -v '^== '
}

part version | grep -q '^with .*xen (libxl) 4\.20\.' || fail "homenode's libxl: $(part version)"
part version | grep -q '^xen,.*libxl 4\.20",.*,SRAT SLIT HMAT CPUID,' || fail "what can be told: $(part version)"
defects_as_documented 4.20.4
part run | sed -n 's/^zones: //p' >"$work/zones.csv"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	{ zones++
		if ($column["outcome"] != "live" || $column["local_page_ppm"] != 1000000 ||
			$column["pages_by_node"] !~ /^[0-9]+:3276[78] [0-9]+:3276[78]$/)
			bad = 1 }
	END { exit bad || zones != 1 }' "$work/zones.csv" || fail "the zone: $(part run)"
# what its guest was told
for line in 'node 0 cpus 0 .* distances 10 [13]2$' 'node 1 cpus 1 .* distances [13]2 10$' \
	'cpu 0 node 0 package 0' 'cpu 1 node 1 package 1'; do
	part run | grep -q "^believes: $line" || fail "the guest does not say $line: $(part run)"
done
tools/xen-rig/compare --observed "$work/rig/files" >"$work/compared" 2>"$work/err" ||
	fail "the simulator: $(awk '$NF != 0' "$work/compared") $(cat "$work/err")"
tail -n 3 "$work/compared"
finish
