#!/bin/sh
# What a run's files say and where they go, in corners: nothing placed, an allocator behind the
# backend's name, a run that was killed, parts of a run, pipes and links.
. tests/cli/lib.sh

[ -x "$HOMENODE" ] || { echo "skipped: the program is not built"; exit 77; }

# a policy that places nothing has a page all the same
cat >"$work/k.json" <<'END'
{"name":"k","duration":"100s","fleet":{"hosts":[{"topology":"epyc-nps4-8n","count":1}]},
 "events":[{"at":"10s","start":{"name":"A","vcpus":4,"memory":"40GiB"}}]}
END
run 0 run "$work/k.json" -p nova,edera-compact -z -q -o "$work/k"
if command -v gnuplot >/dev/null; then
	run 0 report "$work/k" -q
	run 0 run "$work/k.json" -p nova -q -o "$work/none"
	run 0 report "$work/none" -q
fi

# times of timeline.csv tell its rows apart, however short the run
cut -d, -f1-7 "$work/k/timeline.csv" | sort | uniq -d | grep . && fail "rows of one time and key"

# rows are named by the allocator they were run with
run 0 run golden-seven -p flat -b sim:allocator=slit -q -o "$work/slit" --format csv
says out ",flat,as-asked,slit,1,"
refused 2 run golden-seven -q -o ""
says err "the name of a directory is empty"
refused 2 run golden-seven -p flat -b sim:allocator=slit -a xen -q -o "$work/twice"

# a killed run does not stand in the way of the next
"$HOMENODE" run week -p all -q -z -o "$work/killed" >/dev/null 2>&1 &
pid=$!
sleep 0.5
kill -KILL $pid 2>/dev/null
wait $pid 2>/dev/null
run 0 run golden-seven -p flat -q -o "$work/killed"

# a part of a run is no run, by whatever name
mkdir "$work/part"
cp "$work/slit/summary.csv" "$work/part/summary.partial.csv"
refused 2 check "$work/part/summary.partial.csv" --baseline "$work/slit/summary.csv"
refused 2 check "$work/part/summary.partial.csv" --baseline "$work/new.csv" --update --reason x

# nothing is no success
head -n 1 "$work/slit/summary.csv" >"$work/empty.csv"
refused 2 check "$work/empty.csv" --baseline "$work/empty.csv"

# links are followed, pipes are written through
if command -v gnuplot >/dev/null; then
	: >"$work/real.html"
	ln -s real.html "$work/link.html"
	run 0 report "$work/k" -o "$work/link.html" -q
	[ -L "$work/link.html" ] || fail "a link was replaced"
	[ -s "$work/real.html" ] || fail "a link is not followed"
	mkfifo "$work/pipe"
	cat "$work/pipe" >"$work/piped" &
	run 0 report "$work/k" -o "$work/pipe" -q
	wait
	[ -p "$work/pipe" ] || fail "a pipe was replaced"
	cmp "$work/piped" "$work/real.html" || fail "a pipe gets another page"
fi

# records: one row, one history, the sentence of what differs
run 0 run golden-seven -p random --record "$work/r.txt" -q -o "$work/r1"
refused 2 run golden-seven -p flat --replay "$work/r.txt" -q -o "$work/r2"
says err "r.txt:4: the run asks"
refused 2 run golden-seven -p random,flat --backend "replay:$work/r.txt" -q -o "$work/r3"
refused 2 run golden-seven -p oracle --record "$work/o.txt" -q -o "$work/r4"
refused 2 run golden-seven -p random --replay "$work/r.txt" -a slit -q -o "$work/r5"
refused 2 run golden-seven -p random --replay "$work/r.txt" -b sim -q -o "$work/r6"

# a pipe is read once; a bad row of a trace is one, however many rows read it
printf 'time,event,id,vcpus,memory\n' >"$work/pipe.csv"
"$HOMENODE" run - --trace homenode-csv -p flat,nova -q -o "$work/p" <"$work/pipe.csv" >"$work/out" 2>"$work/err"
[ $? -eq 2 ] || fail "two rows of a pipe are tried"
says err "standard input is read once"
for seed in 99999999999999999999999 ' 5' +6 ''; do
	refused 2 run golden-seven -s "$seed" -q -o "$work/s"
done
refused 2 run golden-seven -s 18446744073709551615 --repeats 3 -q -o "$work/s"
refused 2 run golden-seven -p '' -q -o "$work/s"
finish
