#!/bin/sh
# homenode compare: its rows, its answer to "compact or scatter", its errors; and
# the published cases within their goals.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
[ -f topologies/epyc-nps4-8n.xml ] || { echo "skipped: no topologies/epyc-nps4-8n.xml"; exit 77; }
host=epyc-nps4-8n

cat >"$work/zones.json" <<'ZONES'
{"zones": [
 {"name": "db", "vcpus": 16, "memory": "12GiB", "memory_policy": "static", "profile": "database"},
 {"name": "large", "vcpus": 4, "memory": "20GiB", "memory_policy": "static"}
]}
ZONES
sed 's/"name": "/"name": "near-/; s/database/stream/' "$work/zones.json" >"$work/near.json"
sed 's/"20GiB"/"200GiB"/' "$work/zones.json" >"$work/toomuch.json"

# column NAME ZONE POLICY of the CSV
column()
{
	awk -F, -v name="$1" -v zone="$2" -v policy="$3" '
	NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
	($1 == policy && $2 == zone) || ($2 == policy && $3 == zone) { print $c }' "$work/out"
}

run 0 compare $host "$work/zones.json" --format csv
[ "$(column slowdown_ppm db edera-compact)" -lt 1010000 ] || fail "a local zone is slowed down"
[ "$(column map_cost_ppm large edera-compact)" -gt 10000 ] || fail "spilled memory costs nothing"
[ "$(column spilled_bytes large edera-compact)" = 4294967296 ] || fail "nothing is spilled"
[ "$(column slowdown_ppm db flat)" -gt 1200000 ] || fail "flat is not slower"
alone=$(column slowdown_ppm db flat)
run 0 compare $host "$work/zones.json" --neighbours "$work/near.json" --format csv --what flat
[ "$(column slowdown_ppm db flat)" -gt "$alone" ] || fail "neighbours cost nothing"
[ -z "$(column zone near-db edera-compact)" ] || fail "neighbours have rows"
run 0 compare $host "$work/zones.json" --what compact,scatter --format json
says out '"latency_grade": "assumed"'
says out '"policy": "edera-scatter"'
run 1 compare $host "$work/toomuch.json" --what compact
says out "large under edera-compact: refused"

# a day of dynamic memory: two nodes drift and pay for it, one node with room does
# not, static memory has nothing to say
[ -z "$(column day_local_page_ppm db flat)" ] || fail "static zones have a day"
cat >"$work/day.json" <<'ZONES'
{"zones": [
 {"name": "db", "vcpus": 8, "memory": "12GiB", "memory_initial": "2GiB", "numa_nodes": 2,
  "profile": "database"},
 {"name": "web", "vcpus": 4, "memory": "8GiB", "memory_initial": "1GiB"}
]}
ZONES
run 0 compare $host "$work/day.json" --format csv --what compact,scatter
for policy in edera-compact edera-scatter; do
	[ "$(column day_local_page_ppm web $policy)" = 1000000 ] || fail "a node with room drifts"
	[ "$(column day_local_page_ppm db $policy)" -lt 800000 ] || fail "two nodes do not drift"
	[ "$(column day_balloon_steps db $policy)" -gt 50 ] || fail "no balloon moved"
	[ "$(column day_slowdown_ppm db $policy)" -gt "$(column slowdown_ppm db $policy)" ] ||
		fail "drift costs nothing under $policy"
done
[ "$(column day_slowdown_ppm db edera-scatter)" -gt "$(column day_slowdown_ppm db edera-compact)" ] ||
	fail "drift across sockets costs no more than inside one"
cp "$work/out" "$work/first"
run 0 compare $host "$work/day.json" --format csv --what compact,scatter
cmp -s "$work/out" "$work/first" || fail "two equal days differ"
run 0 compare $host "$work/day.json" --format json --what compact
says out '"local_page_ppm"'
run 0 compare $host "$work/day.json" --what compact
says out "day slowdown"

# the claim fails where nodes have channels of their own, and holds under a cap
run 0 compare $host
says out "stream, private, alone: edera-scatter does 100.0 % of the work"
says out "in 0 cases on this host"
run 0 compare $host --assume fabric=60GB
says out "stream, private, alone: edera-scatter does 12"
run 0 compare $host --assume controllers=package,port-read=80GB,port-write=45GB
says out "in 2 cases on this host"
run 0 compare epyc-9224-nps2-5n --quiet
says out "local and remote probed, loaded"
says out "reads and L3 ports probed, writes"

# the same neighbours every time the seed is the same
run 0 compare $host "$work/zones.json" --launches 40 --format csv
cp "$work/out" "$work/first"
run 0 compare $host "$work/zones.json" --launches 40 --format csv
cmp -s "$work/out" "$work/first" || fail "two equal calls differ"
[ "$(column placed db flat)" ] || fail "no swing of db under flat"
run 0 compare $host "$work/zones.json" --launches 40 --format csv --seed 2
cmp -s "$work/out" "$work/first" && fail "the seed changes nothing"
awk -F, 'NR > 1 && ($5 > $6 || $6 > $7)' "$work/out" | grep . && fail "quantiles out of order"
run 0 compare $host "$work/zones.json" --launches 2 --format json
says out '"swing_ppm"'

refused 2 compare $host --launches 5
refused 2 compare $host "$work/zones.json" --launches 0
refused 2 compare $host --what compct
refused 2 compare $host --assume fabirc=1GB
refused 2 compare $host --neighbours "$work/near.json"
refused 2 compare $host "$work/nothing.json"
finish
