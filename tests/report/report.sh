#!/bin/sh
# homenode report: the page's contents, pictures as files, what is missing.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
sed 's/^\(.*"name": "G".*\)$/\1,{"at": "7min", "start": {"name": "H", "vcpus": 8, "memory": "25GiB", "numa_nodes": 2}}/' \
	workloads/golden-seven.json >"$work/eight.json"
run 0 run "$work/eight.json" --zones --output "$work/run" --quiet
page=$work/run/report.html

# without gnuplot: tables alone, and a sentence
mkdir "$work/empty"
env PATH="$work/empty" "$HOMENODE" report "$work/run" 2>"$work/err"
status=$?
env PATH="$work/empty" "$HOMENODE" report "$work/run" --pictures "$work/none" 2>"$work/err2"
status2=$?
[ "$status" -eq 0 ] || fail "without gnuplot the status is $status"
[ "$status2" -eq 3 ] || fail "--pictures without gnuplot has the status $status2"
says err "the page has no pictures"
says err2 "gnuplot-nox"
says run/report.html "Without pictures"
[ -e "$work/none" ] && fail "a directory for no pictures was made"

for text in "In short" "How it was run" "Policies" "Compact against scatter" "Refused zones" "epyc-nps4-8n" \
	"distance in SLIT units" "gpu0" "How sure the figures are" \
	"class=\"topology\"" ": nodes, CPUs, memory and devices</title>" "The same as a table" \
	"bandwidth within 50 %" "prefers-color-scheme" "@media print"; do
	says run/report.html "$text"
done
# zones that were refused: the code, the host's own words, when, how much was free
says run/report.html "Why zones were refused"
says run/report.html "ERR_INFEASIBLE"
says run/report.html "numa_nodes 2 asks for"
says run/report.html "Where zones were refused"

grep -Eq '(src|href)="(http|//)' "$page" && fail "the page needs the network"

# what comes first: the best and the worst, with the figures of the summary
figure_of()
{
	awk -F, -v policy="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
		$4 == policy { print $c }' "$work/run/summary.csv"
}
spilled=$(figure_of edera-compact spilled_bytes)
says run/report.html "<b>3 policies</b>. 8 zones arrived."
says run/report.html "One seed: another order of arrivals may rank them otherwise"
grep -q "<td data-v=\"$spilled\"[^>]*>$(awk "BEGIN { printf \"%.1f\", $spilled / 2^30 }")</td>" "$page" ||
	fail "spilled memory of edera-compact is not that of the summary"
sed -n '/<tbody id="short">/,/<\/tbody>/p' "$page" >"$work/short"
grep -q '>local memory, %</th><td data-v="[0-9]*" class="best" title="best">[0-9.]*</td><td class="t who">edera' \
	"$work/short" || fail "no best policy by local memory: $(cat "$work/short")"
grep -q 'class="worst" title="worst">12.50</td><td class="t who">flat</td>' "$work/short" ||
	fail "flat is not the worst by local memory"
# who leads in how many seeds: scatter in the first, compact in the others and in the mean
{
	echo "format,topology,workload,policy,memory_policy,seed,zones_placed,zones_refused"
	for seed in 1 2 3; do
		echo "2,t,w,edera-compact,static,$seed,$((1000 + seed * 10)),0"
		echo "2,t,w,edera-scatter,static,$seed,1011,0"
	done
} >"$work/seeds.csv"
run 0 report "$work/seeds.csv" --output "$work/seeds.html" --quiet
says seeds.html '>1,020</td><td class="t who">edera-compact</td>'
says seeds.html '<td class="t">2 of 3</td>'
says seeds.html "edera-compact against edera-scatter, seed 2"
says seeds.html "No zone was refused."

# what is not known is named, and no figure
run 0 run golden-seven --no-cost --output "$work/free" --quiet
run 0 report "$work/free" --quiet
says free/report.html "Not known in this run: slowdown, regret, swing, remote traffic, traffic, latency,"
grep -q '>slowdown, times<' "$work/free/report.html" && fail "a slowdown without a cost model"
run 0 run golden-seven --no-cost --policy flat --output "$work/free" --quiet
run 0 report "$work/free" --quiet
says free/report.html "Not known in this run: slowdown,"

# names are text, whatever is in them
sed 's/,golden-seven,/,<script>alert(1)<\/script>,/' "$work/run/summary.csv" >"$work/evil.csv"
run 0 report "$work/evil.csv" --output "$work/evil.html" --quiet
grep -q '<script>alert' "$work/evil.html" && fail "a workload's name became a script"
says evil.html '&lt;script&gt;alert(1)'

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
says both.html "Prediction against measurement"
says both.html "2 zones: the prediction is off by 5.0 % in the median, 50.0 % at worst; 1 lie within"
says both.html ">110.0<"
says both.html "1 zones: the prediction is off by 10.0 %"
says both.html "golden-seven edera-compact as-asked</th><td class=\"t\">local_page_ppm</td>"
run 0 report "$work/machine" --output "$work/one.html" --quiet
says one.html "Prediction against measurement"
grep -q "Prediction against measurement" "$page" && fail "nothing was measured there"
sed -i 's/,110000$/,fast/' "$work/machine/measured.csv"
refused 2 report "$work/machine" --output "$work/two.html" --quiet
says err "measured.csv:2:"
[ -e "$work/two.html" ] && fail "half a page was left"

# locality over time, static beside dynamic
sed 's/"duration": *"[^"]*"/"duration": "12h"/' workloads/balloon-week.json >"$work/half-day.json"
run 0 run "$work/half-day.json" --memory static,dynamic --policy edera-compact,edera-scatter --output "$work/day" --quiet
run 0 report "$work/day" --quiet
says day/report.html "Local memory of the zones alive, %: means over time"
says day/report.html '<th scope="row" class="t">edera-compact dynamic xen</th>'
says day/report.html "Static against dynamic memory"

refused 2 report "$work/evil.csv"
refused 2 report "$work/run" --format json
refused 2 report "$work/absent"
sed 's/time_s/tyme_s/' "$work/run/timeline.csv" >"$work/timeline"
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
	grep -q 'class="g"' "$page" && fail "the topology has a ground on the page"
	grep -q '>nic0</text>' "$work/pictures/topology1.svg" || fail "a device is not drawn"
	[ "$(grep -c '<svg role="img"' "$page")" -eq 6 ] || fail "not six pictures"
	mv "$work/timeline" "$work/run/timeline.csv"
	rm "$page"
	refused 2 report "$work/run" --quiet
	says err 'no column "time_s"'
	[ -e "$page" ] && fail "half a page was left"
fi
finish
