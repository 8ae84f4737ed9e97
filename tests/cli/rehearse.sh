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
# A shrinking balloon: 200 pages are left, at least 80 and at most 130 of them on node 1.
# shrunk ON_1 ON_2 [BOUND_1 BOUND_2]
shrunk()
{
	echo 'scenario,step,action,zone,node,pages,least_pages,most_pages'
	printf 's,1,"start a 1MiB nodes 1,2",a,%d,%d,,\n' 1 150 2 150
	printf 's,2,"balloon a 800KiB",a,%d,%d,%s\n' 1 "$1" "${3:-,}" 2 "$2" "${4:-,}"
}
# held STATUS PAGES ON_1 ON_2: so much of what was observed is outside
held()
{
	shrunk "$3" "$4" >"$work/observed.csv"
	run "$1" diff "$work/bounded.csv" "$work/observed.csv"
	says out "; $2 outside the bound"
}
shrunk 105 95 80,130 70,120 >"$work/bounded.csv"
held 0 0 105 95
held 0 0 80 120
held 0 0 130 70
says out '1:80..130 2:70..120'
says out 'of 100 pages that balloons gave back, the nodes of 50 were determined'
says out 'and those of 50 bounded'
held 0 0 147 70 # 17 are special
held 1 2 79 121
held 1 60 50 150
held 1 4 132 68
run 1 diff "$work/bounded.csv" "$work/observed.csv" --format json
says out '"outside_pages": 4'
says out '"bounded_pages": 50'
run 1 diff "$work/bounded.csv" "$work/observed.csv" --format csv
says out 's,2,"balloon a 800KiB",a,1,105,80,130,132,27'
# within the bound, but too many in all
held 1 55 130 125
# without a bound the prediction is one
shrunk 105 95 >"$work/bounded.csv"
held 1 2 104 96
shrunk 105 95 130,80 70,120 >"$work/wrong.csv"
refused 2 diff "$work/wrong.csv" "$work/observed.csv"
says err 'wrong.csv:4:'
says err 'the least is above the most'

# What guests said is taken from its rows: a zone all of whose CPUs are on node 1.
cat >"$work/one.txt" <<'END'
start a 300MiB nodes 1,2 vcpus 1 vnuma
balloon a 200MiB
END
{
	sed 's/^drift/one/' "$work/before.csv"
	printf 'one,1,"start a 300MiB nodes 1,2 vcpus 1 vnuma",(%s a),%d,%d\n' least 1 20000 most 1 20600 \
		broken 1 300 least 2 30000 most 2 30600 broken 2 300
} >"$work/said.csv"
run 0 rehearse --host "$host" --from "$work/said.csv" "$work/one.txt"
says out 'one,2,"balloon a 200MiB",a,1,18100,17800,18400'
says out 'one,2,"balloon a 200MiB",a,2,33100,32800,33400'

echo 'scenario,step,action,zone,node,pages' >"$work/none.csv"
refused 2 rehearse --host "$host" --from "$work/none.csv" "$work/drift.txt"
says err 'does not say what was free before scenario drift'
finish
