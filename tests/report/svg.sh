#!/bin/sh
# show --svg and plan --svg: well-formed, inside their own bounds, and what is drawn is what the plan says, up to 64 nodes.
. tests/cli/lib.sh

# drawn FILE: is it XML, and do all boxes and the beginnings of all words lie inside?
drawn()
{
	if command -v xmllint >/dev/null 2>&1; then
		xmllint --noout "$work/$1" || fail "$1 is no XML"
	fi
	sed -n 's/.*viewBox="-*\([0-9]*\) -*\([0-9]*\) \([0-9]*\) \([0-9]*\)".*/\1 \2 \3 \4/p' "$work/$1" >"$work/view"
	[ -s "$work/view" ] || fail "$1 has no viewBox"
	{ cat "$work/view"; sed -n 's/^<\(rect\|text\) x="\([0-9]*\)" y="\([0-9]*\)"\( width="\([0-9]*\)" height="\([0-9]*\)"\)*.*/\2 \3 \5 \6/p' "$work/$1"; } |
		awk 'NR == 1 { right = $3 - $1; bottom = $4 - $2; next }
			$1 + $3 > right || $2 + $4 > bottom { print; bad = 1 } END { exit bad || NR < 3 }' >"$work/outside" ||
		fail "$1 draws outside of $(cat "$work/view"): $(cat "$work/outside")"
}

# squares ZONE: how many CPUs are in a zone's hue
squares()
{
	grep -c "width=\"9\" height=\"9\" rx=\"1\" class=\"z$1\"" "$work/out"
}

for file in topologies/*.xml; do
	host=$(basename "$file" .xml)
	run 0 show "$host" --svg
	drawn out
	for policy in edera-compact flat libxl; do
		"$HOMENODE" plan "$host" docs/examples/epyc-nps4-8n/zones.json --policy "$policy" --svg >"$work/out" 2>"$work/err"
		[ $? -le 1 ] || fail "plan $host --policy $policy --svg: $(cat "$work/err")"
		drawn out
	done
done

# router 4 vCPUs on node 5, beside its nic0; db 16 on each of 0 and 1; cache 8 on node 2, whose last 4 GiB are on node 0.
# A square in a zone's hue is a vCPU, or stands before its name.
run 0 plan epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json --svg -q
[ "$(squares 0)" -eq $((4 + 1)) ] || fail "router: $(squares 0) squares"
[ "$(squares 1)" -eq $((32 + 2)) ] || fail "db: $(squares 1) squares"
[ "$(squares 2)" -eq $((8 + 2)) ] || fail "cache: $(squares 2) squares"
for text in 'epyc-nps4-8n, edera-compact' '16 vCPUs, 12 GiB' '4 GiB spilled' '4 vCPUs, 6 GiB on node 5, told flat; device nic0' \
	'first node 5: nearest to device nic0' 'distance in SLIT units: 12 within a package, 32 between packages'; do
	says out ">$text</text>"
done
cp "$work/out" "$work/first"
run 0 plan epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json --svg -q --output "$work/plan.svg"
[ -s "$work/out" ] && fail "a file, and standard output too"
cmp -s "$work/plan.svg" "$work/first" || fail "the file is another picture"

# what is refused is said, and a name is text
cat >"$work/evil.json" <<'END'
{"zones": [{"name": "</text><script>&", "vcpus": 4, "memory": "900TiB"}]}
END
run 1 plan epyc-nps4-8n "$work/evil.json" --svg -q
drawn out
says out '&lt;/text&gt;&lt;script&gt;&amp;'
says out '>refused (ERR_NO_ROOM)'
refused 2 plan epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json --svg --format json
refused 2 plan epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json --svg --emit xl
refused 3 plan epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json --svg --output "$work/nowhere/plan.svg"

# 64 nodes, the most there can be; as many zones that each want one
if command -v lstopo-no-graphics >/dev/null 2>&1; then
	lstopo-no-graphics -f -i 'pack:8 numa:8 pu:4' --of xml "$work/host.xml" 2>"$work/err" || fail "lstopo: $(cat "$work/err")"
	awk 'BEGIN { printf "{\"zones\": ["; for (i = 0; i < 64; i++) printf "%s{\"name\": \"zone-%d\", \"vcpus\": 4, \"memory\": \"512MiB\"}", i ? ", " : "", i; print "]}" }' \
		>"$work/many.json"
	run 0 show "$work/host.xml" --svg
	drawn out
	[ "$(grep -c '>node [0-9]*</text>' "$work/out")" -eq 64 ] || fail "not 64 nodes"
	run 0 plan "$work/host.xml" "$work/many.json" --svg -q
	drawn out
	grep -q '>zone-63</text>' "$work/out" || fail "the last zone is not drawn"
	[ "$(grep -c 'class="c"' "$work/out")" -eq 256 ] || fail "not 256 CPUs"
fi
finish
