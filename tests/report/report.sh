#!/bin/sh
# homenode report: what is on the page, pictures as files, what is missing.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
sed 's/^\(.*"name": "G".*\)$/\1,{"at": "7min", "start": {"name": "H", "vcpus": 8, "memory": "25GiB", "numa_nodes": 2}}/' \
	workloads/golden-seven.json >"$work/eight.json"
run 0 run "$work/eight.json" --zones --output "$work/run" --quiet
page=$work/run/report.html

# without gnuplot: the page is the same, pictures are an error
mkdir "$work/empty"
env PATH="$work/empty" "$HOMENODE" report "$work/run" --quiet
status=$?
env PATH="$work/empty" "$HOMENODE" report "$work/run" --pictures "$work/none" 2>"$work/err2"
status2=$?
[ "$status" -eq 0 ] || fail "without gnuplot the status is $status"
[ "$status2" -eq 3 ] || fail "--pictures without gnuplot has the status $status2"
says err2 "gnuplot-nox"
[ -e "$work/none" ] && fail "a directory for no pictures was made"

# the model: policies and hosts, why zones were refused in the host's own words, how far off the cost model may be
for text in '"epyc-nps4-8n"' '"name":"distance","unit":"SLIT units"' '"devices":"gpu0"' 'class=\"topology\"' \
	': nodes, CPUs, memory and devices\u003c/title>' '"latency_ppm":504300' '"bandwidth_ppm":600300' 'L3 ports and links assumed' \
	'"ERR_INFEASIBLE","numa_nodes 2 asks for' '"peak_live":'; do
	says run/report.html "$text"
done
for text in "prefers-color-scheme" "@media print" "<noscript>" 'id="main"'; do
	says run/report.html "$text"
done
grep -Eq '@(STYLE|LIBRARY|SCRIPT|MODEL)@' "$page" && fail "the page was not put together"
grep -Eq '(src|href)="?(http|//)' "$page" && fail "the page needs the network"
grep -q "sourceMappingURL" "$page" && fail "the page asks for a file that is not there"
[ "$(grep -c '</script>' "$page")" -ge 3 ] || fail "a script does not end"
if grep -q 'set(library -DLIBRARY' report/CMakeLists.txt && [ -e /usr/share/javascript/dygraphs/dygraph.min.js ]; then
	says run/report.html "Dygraph"
fi

# what is not known is null, and no figure
run 0 run golden-seven --no-cost --policy flat --output "$work/free" --quiet
run 0 report "$work/free" --format json
grep -q '"cost":' "$work/out" && fail "a cost model's error without one"
grep -q '"zones":{"tick' "$work/out" && fail "zones without zones.csv"

# names are text, whatever is in them
sed 's/,golden-seven,/,<script>alert(1)<\/script>,/' "$work/run/summary.csv" >"$work/evil.csv"
run 0 report "$work/evil.csv" --output "$work/evil.html" --quiet
grep -q '<script>alert' "$work/evil.html" && fail "a workload's name became a script"
says evil.html '\u003cscript>alert(1)'

# prediction against measurement: zones with their intervals, rows of a run on a machine
cp -r "$work/run" "$work/machine"
sed 's/"real_clock": false/"real_clock": true/' "$work/run/run.json" >"$work/machine/run.json"
cat >"$work/machine/measured.csv" <<'CSV'
topology,workload,policy,memory_policy,allocator,zone,name,nodes,vcpus,memory_bytes,repeats,triad_bytes_per_s,triad_half_95_bytes_per_s,predicted_triad_bytes_per_s,chase_ps,chase_half_95_ps,predicted_chase_ps
this,golden-seven,edera-compact,as-asked,linux,1,A,0,4,4096,5,20000000000,1000000000,21000000000,100000,500,110000
this,golden-seven,edera-compact,as-asked,linux,2,B,1,4,4096,5,20000000000,,30000000000,,,
CSV
sed '2,$s/^2,epyc-nps4-8n/2,this/' "$work/run/summary.csv" >"$work/machine/summary.csv"
run 0 report "$work/run" --measured "$work/machine" --output "$work/both.html" --quiet
says both.html '"machine":{"name":"machine"'
says both.html '"pairs":[["A","edera-compact","as-asked","0",21000000000,20000000000,1000000000],["B","edera-compact","as-asked","1",30000000000,20000000000,null]]'
says both.html '"pairs":[["A","edera-compact","as-asked","0",110000,100000,500]]'
grep -q '"measured":' "$page" && fail "nothing was measured there"
run 0 report "$work/machine" --output "$work/one.html" --quiet
says one.html '"measured":['
sed -i 's/,110000$/,fast/' "$work/machine/measured.csv"
refused 2 report "$work/machine" --output "$work/two.html" --quiet
says err "measured.csv:2:"
[ -e "$work/two.html" ] && fail "half a page was left"

# several runs on one page; hosts of both once
run 0 report "$work/run" "$work/free" --output "$work/pair.html" --quiet
[ "$(grep -o '"name":"free"' "$work/pair.html" | wc -l)" -eq 1 ] || fail "the second run is not there"
[ "$(grep -o '"adrift":' "$work/pair.html" | wc -l)" -eq 1 ] || fail "a host is there twice"

# a page of an earlier run is gone when its figures are
run 0 run golden-seven --output "$work/stale" --quiet
run 0 report "$work/stale" --quiet
run 0 run golden-seven --output "$work/stale" --quiet --policy flat
[ -e "$work/stale/report.html" ] && fail "the page of the earlier run is still there"

# no rows, no zones, no samples: a page that says so
sed 1q "$work/run/summary.csv" >"$work/stale/summary.csv"
run 0 report "$work/stale" --quiet
cp -r "$work/run" "$work/bare"
sed -i 1q "$work/bare/zones.csv" "$work/bare/timeline.csv"
run 0 report "$work/bare" --quiet
rm "$work/bare/zones.csv" "$work/bare/timeline.csv"
run 0 report "$work/bare" --quiet

# whose zones are replayed
run 0 report "$work/run" --replay flat --format json
[ "$(grep -o '"node_list":' "$work/out" | wc -l)" -eq 1 ] || fail "not one policy to replay"

refused 2 report "$work/evil.csv"
refused 2 report "$work/run" --format csv
refused 2 report "$work/absent"
if command -v gnuplot >/dev/null 2>&1; then
	run 0 report "$work/run" --quiet --pictures "$work/pictures"
	for name in locality live refusals occupancy occupancy2 occupancy3; do
		grep -q '<svg' "$work/pictures/$name.svg" || fail "no $name.svg"
		[ -s "$work/pictures/$name.png" ] || fail "no $name.png"
	done
	command -v xmllint >/dev/null 2>&1 && {
		xmllint --noout "$work/pictures/topology1.svg" || fail "the topology is bad XML"
	}
	head -c 8 "$work/pictures/topology1.png" | tail -c 7 | grep -q '^PNG' ||
		fail "the topology is no PNG"
	grep -q 'class="g"' "$work/pictures/topology1.svg" || fail "the topology has no ground"
	grep -q 'class=\\"g\\"' "$page" && fail "the topology has a ground on the page"
	# the same as a host alone
	sed -e 's/"topology1-/"host-/g' -e 's/ topology1-/ host-/g' "$work/pictures/topology1.svg" >"$work/host.svg"
	run 0 show epyc-nps4-8n --svg
	cmp "$work/out" "$work/host.svg" || fail "show --svg draws another host"
	refused 2 show epyc-nps4-8n --svg --format json
	grep -q '>nic0</text>' "$work/pictures/topology1.svg" || fail "a device is not drawn"
	sed -i 's/fast$/110000/' "$work/machine/measured.csv"
	run 0 report "$work/machine" --quiet --pictures "$work/pictures2"
	grep -q '<svg' "$work/pictures2/measuredlatency.svg" || fail "no measuredlatency.svg"
fi
# cut in its header line a file is a table without rows, in a number another number
cp "$work/run/timeline.csv" "$work/whole"
for bytes in 60 -3; do
	head -c $bytes "$work/whole" >"$work/run/timeline.csv"
	refused 2 report "$work/run" --quiet
	says err 'timeline.csv: is cut short: its last line has no end'
done
cp "$work/whole" "$work/run/timeline.csv"
head -c 50 "$work/whole" >"$work/run/zones.csv"
refused 2 report "$work/run" --quiet
says err 'zones.csv: is cut short'
rm "$work/run/zones.csv"
sed 's/time_s/tyme_s/' "$work/run/timeline.csv" >"$work/timeline"
mv "$work/timeline" "$work/run/timeline.csv"
rm "$page"
refused 2 report "$work/run" --quiet
says err 'no column "time_s"'
[ -e "$page" ] && fail "half a page was left"
finish
