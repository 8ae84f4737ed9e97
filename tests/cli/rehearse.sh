#!/bin/sh
# homenode rehearse and the comparison of its outputs.
. tests/cli/lib.sh

host=epyc-nps4-8n

# refuses LINE MESSAGE: a scenario with this line is refused at its place
refuses()
{
	printf '# first\n%s\n' "$1" >"$work/bad.txt"
	refused 2 rehearse --host "$host" "$work/bad.txt"
	says err "$2"
}

refuses 'begin a' 'bad.txt:2:1: "begin" is not start, balloon, stop, together or end'
refuses 'start a' 'bad.txt:2:1: a start is'
refuses 'start a 300 nodes 1' 'bad.txt:2:9: "300" is not a size in whole pages'
refuses 'start a 300MiB nodes 9' 'bad.txt:2:22: host epyc-nps4-8n has no node 9'
refuses 'start a 300MiB nodes 1,1' 'node 1 is named twice'
refuses 'start a 300MiB nodes 1 vcpus 0' 'bad.txt:2:30: "0" is not a number of vCPUs'
refuses 'start a 300MiB nodes 1 fast' '"fast" is neither'
refuses 'balloon a 300MiB' 'bad.txt:2:9: there is no zone a here'
refuses 'stop a' 'there is no zone a here'
refuses 'end' '"together" and "end" stand alone'
refuses 'together' '"together" without "end"'
refuses '' 'bad.txt: no step'
refuses '"start" a' 'quotes and brackets name nothing'
printf 'start a 1GiB nodes 1\nstart a 1GiB nodes 2\n' >"$work/twice.txt"
refused 2 rehearse --host "$host" "$work/twice.txt"
says err 'twice.txt:2:7: there is a zone a already'
printf 'start a 1GiB nodes 1\nballoon a 2GiB\n' >"$work/more.txt"
refused 2 rehearse --host "$host" "$work/more.txt"
says err 'more.txt:2:11: zone a started with less than 2GiB'
printf 'start a 20GiB nodes 1 vnuma\n' >"$work/full.txt"
run 1 rehearse --host "$host" "$work/full.txt"
says err 'full: step 1, "start a 20GiB nodes 1 vnuma": '
refused 2 rehearse "$work/full.txt"
says err '--host HOST'

# A real Xen's free memory and what it did with it: 38400 pages for a zone of node 2.
cat >"$work/drift.txt" <<'END'
start a 300MiB nodes 2
balloon a 150MiB
start hog 65MiB nodes 2
balloon a 300MiB # what came from elsewhere goes back first
balloon a 150MiB
balloon a 300MiB
stop hog
END
{
	echo 'scenario,step,action,zone,node,pages'
	node=0
	for pages in 54521 42773 78306 200000 200000 200000 200000 200000; do
		echo "drift,0,,(free),$node,$pages"
		node=$((node + 1))
	done
	echo 'drift,0,,(low),0,48896'
} >"$work/before.csv"
run 0 rehearse --host "$host" --from "$work/before.csv" "$work/drift.txt"
cp "$work/out" "$work/predicted.csv"
says out 'drift,4,"balloon a 300MiB",a,2,'
awk -F, '$2 == 4 && $4 == "a" { sum += $6; if ($5 > 2 && $6) off = 1 } END { exit sum != 76800 || off }' \
	"$work/out" || fail "the zone has not its memory: $(cat "$work/out")"
rows()
{
	awk -F, -v step="$1" '$2 == step && $4 == "a" { print $5, $6 }' "$work/predicted.csv"
}
[ "$(rows 4)" = "$(rows 6)" ] || fail "drift grows over rounds"
[ "$(rows 6)" = "$(rows 7)" ] || fail "pages move when the neighbour goes"

# prediction against itself, with special pages, and with a page on another node
run 0 diff "$work/predicted.csv" "$work/predicted.csv"
says out '0 outside the bound'
awk -F, -v OFS=, 'NR > 1 && $4 == "a" && $5 == 2 { $6 += 16 } { print }' "$work/predicted.csv" \
	>"$work/special.csv"
run 0 diff "$work/predicted.csv" "$work/special.csv"
says out ' special; 0 outside the bound'
# one page that a booting guest gave back is special too, two are not
for less in 1 2; do
	awk -F, -v OFS=, -v less=$less '$2 == 7 && $4 == "a" && $5 == 2 { $6 -= less } { print }' \
		"$work/predicted.csv" >"$work/less.csv"
	run $((less - 1)) diff "$work/predicted.csv" "$work/less.csv"
	says out "; $(((less - 1) * less)) outside the bound"
done
awk -F, -v OFS=, '$2 == 4 && $4 == "a" && $5 == 2 { $6 -= 1 } $2 == 4 && $4 == "a" && $5 == 7 { $6 += 1 }
	{ print }' "$work/predicted.csv" >"$work/moved.csv"
run 1 diff "$work/predicted.csv" "$work/moved.csv"
says out ' special; 2 outside the bound'
run 1 diff "$work/predicted.csv" "$work/moved.csv" --format csv
says out 'drift,4,"balloon a 300MiB",a,7,0,0,0,1,1'
run 1 diff "$work/predicted.csv" "$work/moved.csv" --format json
says out '"outside_pages": 2'
grep -v 'hog' "$work/predicted.csv" >"$work/lacks.csv"
run 1 diff "$work/predicted.csv" "$work/lacks.csv"
echo 'scenario,step,action,zone,node,pages' >"$work/none.csv"
refused 2 rehearse --host "$host" --from "$work/none.csv" "$work/drift.txt"
says err 'does not say what was free before scenario drift'
finish
