#!/bin/sh
# Rows side by side: the same bytes for any number of them, rows that cannot differ run once,
# a run that is killed leaves nothing half-written.
. tests/cli/lib.sh

homenode()
{
	"$HOMENODE" "$@"
}

# The files of a run but run.json, whose times differ.
same()
{
	for file in summary timeline zones; do
		cmp "$1/$file.csv" "$2/$file.csv" || fail "$file.csv of $1 and $2 differ"
	done
}

for jobs in 1 2 7; do
	homenode run devices --policy edera-compact,flat,random --seed 1,2 --memory static,as-asked \
		--allocator xen,slit --zones --jobs $jobs -q -o "$work/$jobs" >"$work/$jobs.txt" ||
		fail "--jobs $jobs ended with $?"
	cmp "$work/1.txt" "$work/$jobs.txt" || fail "--jobs $jobs prints something else"
	same "$work/1" "$work/$jobs"
done

# a trace without chance: two of three seeds need no run, and that is said
cat >"$work/trace.json" <<'END'
{"events": [
 {"at": "0s", "start": {"name": "A", "vcpus": 2, "memory": "4GiB"}, "lifetime": "1h"},
 {"at": "1s", "start": {"name": "B", "vcpus": 2, "memory": "4GiB"}},
 {"at": "2h", "stop": "B"}]}
END
homenode run "$work/trace.json" --policy flat,edera-compact --seed 1,2,3 --zones -o "$work/once" \
	>/dev/null 2>"$work/once.err" || fail "a list of events ended with $?"
grep -q '^4 of 6 rows were not run: nothing in them depends on the seed' "$work/once.err" ||
	fail "rows that were not run are not named: $(cat "$work/once.err")"
for seed in 1 2 3; do
	homenode run "$work/trace.json" --policy flat,edera-compact --seed $seed --zones -q \
		-o "$work/seed$seed" >/dev/null || fail "seed $seed ended with $?"
done
for file in summary timeline zones; do
	{
		head -n 1 "$work/seed1/$file.csv"
		for seed in 1 2 3; do
			tail -n +2 "$work/seed$seed/$file.csv"
		done
	} | sort >"$work/alone"
	sort "$work/once/$file.csv" | cmp - "$work/alone" || fail "$file.csv is not that of single runs"
done

# what --jobs takes
for jobs in 0 -1 x 1.5 100000; do
	refused 2 run "$work/trace.json" --jobs $jobs -q -o "$work/none"
	[ ! -e "$work/none" ] || fail "--jobs $jobs left a directory"
done

# size and compare give the same by one and by several
for command in 'size devices --policy edera-compact,nova' \
	'compare epyc-nps4-8n docs/examples/epyc-nps4-8n/zones.json --launches 20'; do
	# shellcheck disable=SC2086
	homenode $command --jobs 1 -q --format csv >"$work/a" || fail "$command ended with $?"
	# shellcheck disable=SC2086
	homenode $command --jobs 3 -q --format csv >"$work/b" || fail "$command ended with $?"
	cmp "$work/a" "$work/b" || fail "$command depends on --jobs"
done

# killed: no file under its name, no spooled rows either; interrupted: partial
"$HOMENODE" run week --policy all --jobs 3 --zones -q -o "$work/killed" >/dev/null 2>&1 &
pid=$!
sleep 1
kill -KILL $pid 2>/dev/null
wait $pid 2>/dev/null
left=$(find "$work/killed" -name '*.csv' ! -name '.*' 2>/dev/null; find "$work/killed" -name '.rows*')
[ -z "$left" ] || fail "a killed run left $left"
"$HOMENODE" run week --policy all --jobs 3 --zones -q -o "$work/stopped" >/dev/null 2>"$work/err" &
pid=$!
sleep 1
kill -INT $pid 2>/dev/null
wait $pid
status=$?
if [ $status -ne 0 ]; then
	[ -e "$work/stopped/summary.partial.csv" ] || fail "a stopped run ($status) says nothing of what it reached"
	[ ! -e "$work/stopped/summary.csv" ] || fail "a stopped run looks whole"
fi
finish
