#!/bin/sh
# homenode capacity: what it counts, from which state, and what it refuses.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
host=epyc-nps4-8n

# fit POLICY: column 3 of the CSV
fit()
{
	awk -F, -v policy="$1" '$2 == policy { print $3 }' "$work/out"
}

run 0 capacity $host --flavor 4x6GiB --format csv
[ "$(fit edera-compact)" = 21 ] || fail "edera-compact takes $(fit edera-compact) zones"
[ "$(fit nova)" = 16 ] || fail "nova takes $(fit nova) zones"
[ "$(wc -l <"$work/out")" -eq "$(($("$HOMENODE" list policies --format csv | wc -l)))" ] ||
	fail "not one row a policy"
awk -F, 'NR > 1 && $4 != "" && $3 != $4 { exit 1 }' "$work/out" ||
	fail "a formula differs from what was counted"

# a plan's own output is the state, and zones are placed first
run 0 plan $host -n there -c 4 -M 20GiB --resource-adjustment-policy static --format json
cp "$work/out" "$work/state.json"
run 0 capacity $host "$work/state.json" -f 4x6GiB -p edera-compact --format csv
[ "$(fit edera-compact)" = 18 ] || fail "beside a plan: $(fit edera-compact)"
echo '{"zones":[{"name":"z","vcpus":4,"memory":"20GiB","memory_policy":"static"}]}' >"$work/zones.json"
run 0 capacity $host "$work/zones.json" -f 4x6GiB -p edera-compact --format csv
[ "$(fit edera-compact)" = 18 ] || fail "beside a zone: $(fit edera-compact)"
run 0 capacity $host --flavor "$work/zones.json" -p edera-compact --format json
says out '"fit": 6'
run 0 capacity $host -f 4x6GiB --cpu-overcommit 0.5 -p edera-compact --format csv
[ "$(fit edera-compact)" = 16 ] || fail "with half the vCPUs: $(fit edera-compact)"

# a plan of another host may be meant, and is said
run 0 capacity $host "$work/state.json" -f 4x6GiB -p edera-compact
[ -s "$work/err" ] && fail "a plan of the same host: $(cat "$work/err")"
run 0 capacity $host-smt "$work/state.json" -f 4x6GiB -p edera-compact
says err "state.json is a plan for host $host, and is taken for one of host $host-smt"
run 0 capacity $host-smt "$work/state.json" -f 4x6GiB -p edera-compact --quiet
[ -s "$work/err" ] && fail "--quiet said: $(cat "$work/err")"

# the answer no, and what is wrong
run 1 capacity $host -f 4x600GiB
run 2 capacity $host
says err "no flavour"
run 2 capacity $host -f 4x6GB7
says err "is not VCPUSxSIZE"
for flavor in 4X6G 4cx6G 4x 4x6.5Q zones.jsn; do
	refused 2 capacity $host -f $flavor
	says err "--flavor: \"$flavor\" is not VCPUSxSIZE or VCPUSxSIZExNODES"
	says err 'no file of that name is there'
done
run 2 capacity $host -f 4x6GiB -p edera-compat
says err 'did you mean "edera-compact"'
sed 's/"bytes": [0-9]*/"bytes": 1099511627776/' "$work/state.json" >"$work/much.json"
run 2 capacity $host "$work/much.json" -f 4x6GiB
says err "is that state of another host"
sed 's/"node": [0-9]*/"node": 77/' "$work/state.json" >"$work/other.json"
run 2 capacity $host "$work/other.json" -f 4x6GiB
says err "has no node 77"
