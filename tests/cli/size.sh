#!/bin/sh
# homenode size: goals, shapes and prices, what-ifs, density, files.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }
host=epyc-nps4-8n

cat >"$work/w.json" <<'END'
{"duration": "12h", "policies": ["edera-compact"],
 "fleet": {"hosts": [{"topology": "epyc-nps4-8n"}], "choice": "worst-fit", "cpu_overcommit": 1.0},
 "generator": {"arrivals": {"per_hour": 40}, "lifetimes": {"exponential": "4h"},
  "sizes": [{"vcpus": 8, "memory": "3GiB"}, {"vcpus": 1, "memory": "12GiB"}]}}
END
w="$work/w.json"

# column ROW NAME of the CSV in $work/out
column()
{
	awk -F, -v row="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		NR == row + 1 { print $at }' "$work/out"
}

same()
{
	[ "$1" = "$2" ] || fail "$3: $1, not $2"
}

above()
{
	[ "$1" -gt "$2" ] || fail "$3: $1 against $2"
}

# the answer and one less, as run has them
run 0 size "$w" --format csv
hosts=$(column 1 hosts)
local=$(column 1 local_page_ppm) below=$(column 1 below_refused_ppm)
run 0 run "$w" --hosts "$hosts" --format csv -o "$work/run"
same "$(column 1 local_page_ppm)" "$local" "local memory with $hosts hosts"
same "$(column 1 zones_refused)" 0 "refused with $hosts hosts"
run 0 run "$w" --hosts $((hosts - 1)) --format csv -o "$work/run"
same $(($(column 1 zones_refused) * 1000000 / $(column 1 zones_offered))) "$below" 'refused below'
[ "$below" -gt 0 ] || fail 'one host less takes all zones'

# goals
run 0 size "$w" --refused 20% --format csv
[ "$(column 1 hosts)" -lt "$hosts" ] || fail 'refusals that are allowed save no host'
above "$(column 1 below_refused_ppm)" 200000 '20 % refused: one host less does as well'
above 200001 "$(column 1 refused_ppm)" '20 % refused: more are'
run 1 size "$w" --refused 100% --local 100% --most 3 --format csv
says out 'even with 3 hosts'
says out 'of the memory is local, below 100.00 %'
for share in 0.1 5x -1% 101% %; do
	refused 2 size "$w" --refused "$share"
	says err 'takes a share between 0% and 100%'
done

# a star stands at the figure that misses its goal, and at no other; some refused are not none
run 0 size "$w" --around 1
grep -q 'refused .*[0-9]\*  *0\.00' "$work/out" || fail "one host less misses no goal: $(cat "$work/out")"
grep -q 'local .*\*' "$work/out" && fail "memory that is not asked to be local misses a goal: $(cat "$work/out")"
{
	echo at_s,lifetime_s,vcpus,memory_mib
	awk 'BEGIN { for (i = 0; i < 30000; i++) print i ",1,1,1024"; print "30000,9,128,1024"; print "30000,9,1,1024" }'
} >"$work/rare.csv"
run 0 size "$work/rare.csv" --host $host --policy edera-compact --no-cost --around 1
grep -q 'refused  *<0\.01\*  *0\.00' "$work/out" || fail "a refusal among 30,002 is none: $(cat "$work/out")"

# the rules of the fleet, as options and as the workload's own
sed 's/"choice": "worst-fit", "cpu_overcommit": 1.0/"choice": "best-fit", "cpu_overcommit": 2.0, "dom0_memory": "8GiB", "dom0_vcpus": 2/' \
	"$w" >"$work/ruled.json"
run 0 size "$work/ruled.json" --format csv
sed 's/^[^,]*,//' "$work/out" >"$work/ruled"
run 0 size "$w" --choice best-fit --cpu-overcommit 2 --dom0-memory 8GiB --dom0-vcpus 2 --format csv
sed 's/^[^,]*,//' "$work/out" | cmp - "$work/ruled" || fail 'rules of the fleet are others as options'
[ "$(column 1 hosts)" -ne "$hosts" ] || fail 'rules of the fleet change nothing'
refused 2 size "$w" --choice nowhere
says err 'nowhere'

# what if: more arrivals need more, the fleet that stays refuses some; fewer need no more
run 0 size "$w" --arrivals +50%,-50% --what-if hosts=xeon-8360y-2n --format csv
same "$(column 2 what_if)" 'arrivals +50%' 'the second case'
above "$(column 2 more_hosts)" 0 'half more arrivals need no more hosts'
above "$(column 2 unchanged_refused_ppm)" 0 'half more arrivals are no more refused'
same "$(column 2 hosts)" $((hosts + $(column 2 more_hosts))) 'hosts with half more arrivals'
[ "$(column 3 more_hosts)" -lt 0 ] || fail 'half of the arrivals need as many hosts'
same "$(column 3 unchanged_refused_ppm)" 0 'refused of half of the arrivals'
same "$(column 4 topology)" xeon-8360y-2n 'the other host'
other=$(column 4 hosts)
run 0 size "$w" --host xeon-8360y-2n --format csv
same "$(column 1 hosts)" "$other" 'hosts asked for at once and as a what-if'
run 0 size "$w" --what-if 'hosts=package:2 node:1(memory=64GiB) core:32 pu:2'
for given in 10% +0% -100% more; do
	refused 2 size "$w" --arrivals "$given"
	says err 'how many more or fewer'
done
refused 2 size "$w" --what-if memory=static
says err 'takes hosts=HOST'
refused 2 size "$w" --host $host --host xeon-8360y-2n --what-if hosts=epyc-7551-8n
says err "hosts=$host=epyc-7551-8n"

# a reason is said once, and a table has something in it
run 1 size "$w" --most 1 --arrivals +10% --memory static,dynamic
[ "$(grep -c 'even with 1 host' "$work/out")" -eq 2 ] || fail "reasons again: $(cat "$work/out")"
says out 'what if arrivals +10%: no answer'
grep -q 'kept:' "$work/out" && fail "a table of nothing: $(cat "$work/out")"

# shapes with prices; a shape of which there are too few
cat >"$work/shapes.yaml" <<'END'
shapes:
  - {name: cpus, topology: "node:2(memory=16GB) core:32 pu:1", price: 1.5}
  - {name: memory, topology: "node:2(memory=128GB) core:8 pu:1", price: 1}
END
run 0 size "$w" --shapes "$work/shapes.yaml" --format csv
same "$(column 3 topology)" cpus+memory 'a mix'
same "$(column 3 cheapest)" 1 'the mix is the cheapest'
for alone in 1 2; do
	above "$(column $alone price_per_hour_micro)" "$(column 3 price_per_hour_micro)" 'the mix is no cheaper'
done
run 0 size "$w" --shapes "$work/shapes.yaml"
says out 'mixes of two shapes: tried with'
run 1 size "$w" --host $host --host xeon-8360y-2n --price xeon-8360y-2n=3 --most 2
grep -q 'with fewer hosts' "$work/out" && fail 'there is something around no answer'
says out 'mixes of shapes are searched where each has a price'
sed 's/price: 1}/max: 2}/' "$work/shapes.yaml" >"$work/few.yaml"
run 1 size "$w" --shapes "$work/few.yaml" --format csv
says out 'even with 2 hosts'
refused 2 size "$w" --price nothing=3
says err 'unknown shape of host "nothing"'
refused 2 size "$w" --price $host
says err 'takes HOST=EUR'
refused 2 size "$w" --host $host --host $host
says err 'given twice'
echo '{"shapes": [{"topology": "epyc-nps4-8n", "prize": 1}]}' >"$work/bad.json"
refused 2 size "$w" --shapes "$work/bad.json"
says err 'did you mean "price"?'

# cost of a vCPU-hour: hosts x price x hours / vCPU-hours placed
run 0 size "$w" --host $host --price $host=4.2 --format csv
price=$(column 1 price_per_vcpu_hour_micro)
hosts=$(column 1 hosts)
run 0 run "$w" --hosts "$hosts" --format csv -o "$work/run"
same $((hosts * 4200000 * 43200 / $(column 1 vcpu_time_s))) "$price" 'price of a vCPU-hour'

# memory as density: dynamic needs no more hosts, and puts more zones on each
run 0 size balloon-week --memory static,dynamic --around 0 --no-cost --format csv
same "$(column 2 memory_policy)" dynamic 'the second memory policy'
[ "$(column 2 zones_per_host_milli)" -gt "$(column 1 zones_per_host_milli)" ] ||
	fail "dynamic memory is no denser: $(cat "$work/out")"

# no table is wider than a screen, and every answer is the same for any number of threads
set -- size "$w" --policy edera-compact --seed 1,2 --memory static,dynamic \
	--shapes "$work/shapes.yaml" --arrivals +10% --local 50%
run 0 "$@"
wide=$(awk 'length > 80' "$work/out")
[ -z "$wide" ] || fail "wider than 80 columns: $wide"
for format in text json; do
	for jobs in 1 5; do
		run 0 "$@" --format $format --jobs $jobs
		mv "$work/out" "$work/out.$jobs"
	done
	cmp "$work/out.1" "$work/out.5" || fail "$format depends on --jobs"
done

# a trace draws nothing: one seed's answer is all seeds'
printf 'at_s,lifetime_s,vcpus,memory_mib\n0,9,8,102400\n0,9,8,102400\n0,9,2,1024\n' >"$work/t.csv"
run 0 size "$work/t.csv" --host $host --policy edera-compact --seed 1,2,3
says out 'edera-compact: 2 hosts over 3 seeds'

# a trace that does not say how zones use their memory: dynamic is as static, and that is said
run 0 size "$work/t.csv" --host $host --policy edera-compact --memory static,dynamic
says out "no zone's memory moved"
run 0 size balloon-week --memory static,dynamic --around 0 --no-cost
grep -q "no zone's memory moved" "$work/out" && fail 'memory that moved is said not to have'

# a directory that report and check read
run 0 size "$w" --policy edera-compact,homenode --arrivals +10% -o "$work/dir" --format csv
cmp "$work/out" "$work/dir/sizes.csv" || fail 'sizes.csv is not what was printed'
for file in summary.csv timeline.csv around.csv run.json; do
	[ -s "$work/dir/$file" ] || fail "there is no $file"
done
same "$(sed 1d "$work/dir/summary.csv" | wc -l)" 4 'rows of summary.csv'
run 0 size "$w" --policy edera-compact,homenode --arrivals +10% -o "$work/dir" # once more
run 0 report "$work/dir"
run 0 check "$work/dir" --baseline "$work/dir/summary.csv"
touch "$work/other.txt"
refused 2 size "$w" -o "$work"

# a fleet in use: its hosts are there in any case, and what is taken of them is not to be had
used()
{
	cat >"$work/used.json" <<END
{"policies": ["edera-compact"], "fleet": {"hosts": [{"topology": "$host", "count": 9}], "initial": [$1]},
 "events": [{"at": "0s", "start": {"name": "A", "vcpus": 4, "memory": "1GiB"}, "lifetime": "1h"},
  {"at": "1s", "start": {"name": "B", "vcpus": 4, "memory": "1GiB"}, "lifetime": "1h"}]}
END
}
used '{"host": 0, "count": 4, "nodes": [{"vcpus": 999}]}' # four that are full, so a fifth
for goal in 0% 40%; do
	run 0 size "$work/used.json" --refused $goal --format csv
	same "$(column 1 hosts)" 5 "hosts beside four that are full, $goal refused"
done
used '{"host": 3, "nodes": [{"vcpus": 1}]}' # there are four, one would do
run 0 size "$work/used.json" --format csv
same "$(column 1 hosts)" 4 'hosts where four are in use'
refused 2 size "$work/used.json" --most 3
says err 'takes something of host 3, so that there are 4 hosts at least'

# stopped by a signal: a sentence, and nothing half written
"$HOMENODE" size week --policy all --seed 1,2,3 -q -o "$work/stopped" >/dev/null 2>"$work/err" &
pid=$!
tries=0 # until it catches SIGTERM (15)
while [ $tries -lt 500 ] && ! grep -q '^SigCgt:.*[4567cdef]...$' "/proc/$pid/status" 2>/dev/null; do
	tries=$((tries + 1))
	sleep 0.02
done
sleep 0.3
kill -TERM "$pid"
wait "$pid"
same $? 3 'status of one that was stopped'
says err 'stopped by a signal'
[ -z "$(ls -A "$work/stopped" 2>/dev/null)" ] || fail "one that was stopped left $(ls -A "$work/stopped")"
finish
