#!/bin/sh
# Whatever a command prints for people on standard output fits 80 columns: on every topology, with plans, refusals and reasons.
. tests/cli/lib.sh

# fits ARGUMENT...: no line of what it prints is wider than 80 columns; status 0 or 1
fits()
{
	"$HOMENODE" "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" -le 1 ] || fail "$*: status $status: $(cat "$work/err")"
	[ -s "$work/out" ] || fail "$*: nothing is printed"
	awk 'BEGIN { bad = 0 } { n = length($0) } n > 80 { print n ": " $0; bad = 1 } END { exit bad }' "$work/out" >"$work/wide" ||
		fail "$*: $(cat "$work/wide")"
}

export COLUMNS=80 LC_ALL=C.UTF-8
cat >"$work/zones.json" <<'END'
{"zones": [{"name": "web", "vcpus": 8, "memory": "8GiB"},
	{"name": "a-zone-whose-name-is-longer-than-others", "vcpus": 40, "memory": "20GiB"},
	{"name": "too-large", "vcpus": 4, "memory": "900TiB"}]}
END
for file in topologies/*.xml; do
	host=$(basename "$file" .xml)
	fits show "$host"
	for policy in edera-compact libxl nova k8s-restricted; do
		fits plan "$host" "$work/zones.json" --policy "$policy" --explain
	done
	fits compare "$host"
	fits compare "$host" "$work/zones.json"
	fits capacity "$host" --flavor 4x6GiB
done
# a matrix is whole, in blocks of columns: node 23 to itself
fits show uv2000-24n
[ "$(grep -c 'from.to' "$work/out")" -eq 2 ] || fail "not two blocks of distances: $(cat "$work/out")"
tail -n +60 "$work/out" | grep -Eq '^ +23 .* 50  10$' || fail "the last distance is gone: $(cat "$work/out")"
fits compare epyc-nps4-8n docs/examples/epyc-nps4-8n/day.json
fits compare uv2000-24n docs/examples/epyc-nps4-8n/zones.json

for name in week devices balloon-week; do
	sed 's/"duration": *"[^"]*"/"duration": "2h"/' "workloads/$name.json" >"$work/$name.json"
	fits run "$work/$name.json" --policy edera-compact,libxl,k8s-best-effort-prefer-closest,flat,nova,xapi-any -q -o "$work/$name" --zones --force
	fits size "$work/$name.json" -q
done
fits run "$work/week.json" --policy flat,nova -q -o "$work/other" --zones
fits diff "$work/week" "$work/other"
fits check "$work/other" --baseline "$work/other/summary.csv" --rules quality
for what in policies choices backends options topologies workloads formats columns; do fits list "$what"; done
for command in show plan compare capacity size run sweep probe rehearse diff check report list; do fits help "$command"; done
finish
