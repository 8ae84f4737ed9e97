#!/bin/sh
# homenode report: 100,000 zones on 1,000 hosts; a page under 5 MB, whose time is printed.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
cat >"$work/large.json" <<'JSON'
{"name": "large", "duration": "1d", "refused": "count", "timeline_step": "10s",
 "fleet": {"hosts": [{"topology": "epyc-nps4-8n", "count": 1000}], "choice": "worst-fit"},
 "policies": ["edera-compact"], "seeds": [1],
 "generator": {
  "arrivals": {"per_hour": 4200},
  "sizes": [{"vcpus": 1, "memory": "2GiB", "weight": 46}, {"vcpus": 4, "memory": "8GiB", "weight": 8},
            {"vcpus": 32, "memory": "64GiB", "weight": 1}],
  "lifetimes": [[0.01, "26s"], [0.5, "2592s"], [1, "12h"]]}}
JSON
run 0 run "$work/large.json" --zones --output "$work/run" --quiet
zones=$(wc -l <"$work/run/zones.csv")
[ "$zones" -gt 100000 ] || fail "only $zones zones"
begin=$(date +%s)
run 0 report "$work/run" --quiet
echo "the page took $(($(date +%s) - begin)) s"
bytes=$(wc -c <"$work/run/report.html")
[ "$bytes" -lt 5000000 ] || fail "the page has $bytes bytes"
[ "$(grep -o '"node_list":' "$work/run/report.html" | wc -l)" -eq 1 ] || fail "the zones are not on the page"

# the highest sample of the run is drawn although most are left out
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "live_zones") c = i }
	NR == 5003 { $c = 987654 } { print }' "$work/run/timeline.csv" >"$work/spike.csv"
mv "$work/spike.csv" "$work/run/timeline.csv"
run 0 report "$work/run" --format json
grep -q '"live_zones":\[[0-9,]*,987654,' "$work/out" || fail "the spike is not drawn"
finish
