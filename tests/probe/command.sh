#!/bin/sh
# homenode probe: what it writes is a host that every command takes, and says that
# its figures were measured.
. tests/cli/lib.sh

little="--bytes 1MiB --repeats 1"

# shellcheck disable=SC2086
run 0 probe $little --output "$work/mine.xml" --format csv
says out 'node,memory_node,distance,latency_ps,latency_best_ps,latency_worst_ps,read_bytes_per_s,read_worst_bytes_per_s'
pairs=$(($(wc -l <"$work/out") - 1))
[ "$pairs" -ge 1 ] || fail "no pair was measured"
says err 'less memory than four times the caches'
says err '1 round over 2 MiB a node'

cp "$work/out" "$work/figures"
run 0 show "$work/mine.xml"
says out 'read latency (ns; measured: memattr ReadLatency)'
says out 'bandwidth (MiB/s; measured: memattr ReadBandwidth)'
ns=$(awk -F, 'NR == 2 { printf "%d", ($4 + 500) / 1000 }' "$work/figures")
grep -A 2 '^read latency' "$work/out" | tail -1 | grep -qw "$ns" ||
	fail "the file does not say $ns ns: $(cat "$work/out")"

# without --output the XML goes to standard output, and nothing else
# shellcheck disable=SC2086
run 0 probe $little --quiet
[ ! -s "$work/err" ] || fail "--quiet said: $(cat "$work/err")"
cp "$work/out" "$work/again.xml"
run 0 plan "$work/again.xml" --name z --target-cpus 1 --max-memory 64MiB

# shellcheck disable=SC2086
run 0 probe $little --format json
says out '"latency_ps": '

refused 2 probe --bytes 1KiB
says err 'at least 1MiB'
refused 2 probe --repeats 0
refused 2 probe --bytes 1000TiB
says err '--bytes asks for less'
refused 2 probe somewhere
# shellcheck disable=SC2086
refused 3 probe $little --quiet --output "$work/no/such/folder/mine.xml"
[ ! -e "$work/no" ] || fail "something was left behind"

finish
