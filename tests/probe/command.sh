#!/bin/sh
# homenode probe: what it writes is a host that every command takes, and says that
# its figures were measured.
. tests/cli/lib.sh

little="--bytes 1MiB --repeats 1 --quick"

# figure NAME COLUMN: of the rows of a figure in $work/figures
figure()
{
	awk -F, -v name="$1" -v column="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i; next }
		$1 == name { print $c }' "$work/figures"
}

# shellcheck disable=SC2086
run 0 probe $little --output "$work/mine.xml" --save "$work/mine.json" --format csv
says out 'figure,kind,node,memory_node,count,level_ppm,distance,load_bytes_per_s,latency_ps,'
says err 'less memory than four times the caches'
says err '1 sample over 2 MiB a node'
cp "$work/out" "$work/figures"
for name in latency read write mix link hot port loaded lines stream; do
	[ -n "$(figure $name kind)" ] || fail "$name is not there: $(cat "$work/figures")"
done
[ "$(figure latency latency_ps | head -n 1)" -gt 0 ] || fail "no latency"
[ "$(figure stream kind | head -n 4 | tr '\n' ' ')" = "stream-copy stream-scale stream-add stream-triad " ] ||
	fail "STREAM's four: $(figure stream kind)"
[ "$(figure lines count | head -n 11 | tr '\n' ' ')" = "1 2 4 6 8 10 12 16 20 24 32 " ] ||
	fail "chains: $(figure lines count)"
# one chain has one line in flight
[ "$(figure lines lines_milli | head -n 1)" = 1000 ] || fail "$(figure lines lines_milli)"

# of the model only where what it rests on was measured; never more than the memory gives to
# that share of reads
[ -z "$(figure read predicted_bytes_per_s)" ] || fail "a prediction of what it rests on"
awk -v r="$(figure read rate_best_bytes_per_s)" -v w="$(figure write rate_best_bytes_per_s | head -n 1)" \
	-v copy="$(figure stream predicted_bytes_per_s | sed -n 1p)" \
	-v triad="$(figure stream predicted_bytes_per_s | sed -n 4p)" 'BEGIN {
		exit !(copy > 0 && copy <= 1.001 * 2 / (2 / r + 1 / w) &&
			triad > 0 && triad <= 1.001 * 3 / (3 / r + 1 / w)) }' ||
	[ "$(figure hot node | wc -l)" -ne 1 ] || [ -n "$(figure read node | sed -n 2p)" ] ||
	fail "stream is predicted as $(figure stream predicted_bytes_per_s)"

run 0 show "$work/mine.xml"
says out 'read latency (ns; measured: '
says out 'write bandwidth (MiB/s; measured: '
ns=$(figure latency latency_ps | awk 'NR == 1 { printf "%d", ($1 + 500) / 1000 }')
grep -A 2 '^read latency' "$work/out" | tail -1 | grep -qw "$ns" ||
	fail "the file does not say $ns ns: $(cat "$work/out")"
says mine.json '"homenode_figures": 1'
says mine.json '"figure": "lines"'

# without --output the XML goes to standard output, and nothing else
# shellcheck disable=SC2086
run 0 probe $little --quiet --figures latency,read
[ ! -s "$work/err" ] || fail "--quiet said: $(cat "$work/err")"
cp "$work/out" "$work/again.xml"
run 0 plan "$work/again.xml" --name z --target-cpus 1 --max-memory 64MiB

# only what was asked for
# shellcheck disable=SC2086
run 0 probe $little --figures mix,hot --format json
says out '"kind": "mix-3-1"'
grep -q '"latency"' "$work/out" && fail "latency was not asked for"
# shellcheck disable=SC2086
run 0 probe $little --figures stream --format csv
cp "$work/out" "$work/figures"
[ -z "$(figure stream predicted_bytes_per_s | tr -d '\n')" ] || fail "predicted from nothing"
# a table for people, and the reason of what is not there
# shellcheck disable=SC2086
run 0 probe $little --figures lines,link --format text
says out 'lines'
grep -q '^link' "$work/out" || fail "nothing of links: $(cat "$work/out")"

# curves
if command -v gnuplot >/dev/null 2>&1; then
	# shellcheck disable=SC2086
	run 0 probe $little --figures lines,port --curves "$work/curves" --format csv
	for name in lines port; do
		[ -s "$work/curves/$name.svg" ] || [ "$(figure $name kind | head -n 1)" = "" ] ||
			fail "no curve of $name: $(ls "$work/curves")"
	done
fi

# SIGINT: what was measured until then, or nothing, and which it is
"$HOMENODE" probe --bytes 2MiB --repeats 1000 -f read,latency -o "$work/cut.xml" --format csv \
	>"$work/out" 2>"$work/err" </dev/null &
child=$!
sleep 2
kill -INT $child
wait $child
status=$?
[ $status -eq 3 ] || fail "after SIGINT: $status $(cat "$work/err")"
if grep -q 'what was measured until then was written' "$work/err"; then
	run 0 show "$work/cut.xml"
	says out '; measured: '
else
	says err 'nothing was written'
	[ ! -e "$work/cut.xml" ] || fail "a file without figures"
fi

# a box of time is not an error
run 0 probe --bytes 2MiB --repeats 1000 --time 1s -f read --format csv
says err 'homenode probe on '

refused 2 probe --bytes 1KiB
says err 'at least 1MiB'
refused 2 probe --time 0
says err "--time is longer than 0"
refused 2 probe --repeats 0
refused 2 probe --figures latency,warmth
says err '"warmth" is none of latency, read'
refused 2 probe --figures read --kernels mmx
refused 2 probe --bytes 1000TiB
says err '--bytes asks for less'
refused 2 probe somewhere
# shellcheck disable=SC2086
refused 3 probe $little --quiet --figures read --output "$work/no/such/folder/mine.xml"
[ ! -e "$work/no" ] || fail "something was left behind"

finish
