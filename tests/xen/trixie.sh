#!/bin/sh
# The reduced set on the other release, Debian 13's Xen 4.20: homenode built for its libxl
# launches a zone with two vnodes there, and the defects are those that the page names.
. tests/xen/lib.sh

dom0_programs trixie homenode-dom0 xen-tables xen-getvnuma
cat >"$work/short.json" <<'END'
{"duration": "2s", "timeline_step": "2s", "events": [
	{"at": "0s", "start": {"name": "db", "vcpus": 2, "memory": "256MiB", "memory_policy": "static"}}
]}
END
rig --release trixie tests/xen/trixie-scenario.sh tests/xen/defects-scenario.sh "$work/short.json" \
	"$programs/homenode-dom0" "$programs/tests/xen/xen-tables" "$programs/tests/xen/xen-getvnuma.so" || finish

# part NAME: what the scenario printed under "== NAME"
part()
{
	sed -n "/^== $1\$/,/^== /p" "$work/out" | grep -a -v '^== '
}

part version | grep -q '^with .*xen (libxl) 4\.20\.' || fail "homenode's libxl: $(part version)"
part version | grep -q '^xen,.*libxl 4\.20,.*,SRAT SLIT HMAT CPUID,' || fail "what can be told: $(part version)"
defects_as_documented 4.20.4
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	{ zones++
		if ($column["outcome"] != "live" || $column["local_page_ppm"] != 1000000 ||
			$column["pages_by_node"] !~ /^[0-9]+:3276[78] [0-9]+:3276[78]$/ ||
			$column["bandwidth_bytes_per_s"] == "")
			bad = 1 }
	END { exit bad || zones != 1 }' "$work/rig/files/zones.csv" ||
	fail "the zone: $(cat "$work/rig/files/zones.csv") $(part run)"
finish
