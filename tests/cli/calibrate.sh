#!/bin/sh
# homenode calibrate: figures of other programs become a host that prices rest on.
. tests/cli/lib.sh
files=tests/host/figures
host='package:2 node:1(memory=64000000000) L3:1(size=16777216) core:4 pu:1'

# all that MLC says; the file is a host whose grade is measured
run 0 calibrate "$host" $files/mlc-icelake.txt -o "$work/mlc.xml"
says out "write bandwidth  measured  2 of 4"
says out "loaded           measured  19"
says err "cache-to-cache latencies are not used"
run 0 show "$work/mlc.xml"
says out "read latency     measured"
run 0 compare "$work/mlc.xml" --quiet
says out "latency is probed (local, remote and loaded probed;"
says out "bandwidth is probed (reads,"

# with the matrices of reads alone, writes and the curve are said to be assumed
sed -n '1,9p; /between nodes/,/^$/p' $files/mlc-icelake.txt >"$work/reads.txt"
run 0 calibrate "$host" "$work/reads.txt" -o "$work/reads.xml" --quiet
run 0 compare "$work/reads.xml" --quiet
says out "latency is assumed (local and remote probed, loaded assumed;"
says out "links probed, writes assumed;"
# the curve that was measured is not the mean of others
run 0 compare "$work/reads.xml" --quiet --what compact,scatter --format csv
cp "$work/out" "$work/first"
run 0 compare "$work/mlc.xml" --quiet --what compact,scatter --format csv
cmp -s "$work/out" "$work/first" && fail "the loaded latencies change nothing"

# several files, one after the other; standard output is the XML
run 0 calibrate "$host" $files/likwid.txt $files/multichase.txt --node 0 --figures "$work/f.json" --quiet
cp "$work/out" "$work/two.xml"
says out 'info name="homenodeFigures"'
grep -q '"homenode_figures": 1' "$work/f.json" || fail "no FIGURES.json"
run 0 calibrate "$host" "$work/f.json" --quiet
run 0 show "$work/two.xml" --format json
says out '"grade": "measured"'

# what is read is not written over; the host may be
cp $files/likwid.txt "$work/measured.txt"
refused 2 calibrate "$host" "$work/measured.txt" --node 0 -o "$work/measured.txt"
says err "measured.txt is read, and would be written over"
cmp -s $files/likwid.txt "$work/measured.txt" || fail "it was written over"
run 0 calibrate "$work/two.xml" "$work/f.json" --quiet -o "$work/two.xml"

# beside the host, without a command
cp topologies/epyc-nps4-8n.xml "$work/my.xml"
printf '%s' '{"homenode_figures": 1, "figures": [{"figure": "write", "unit": "GB/s", "values": [21, null, 22]}]}' \
	>"$work/my.figures.json"
run 0 show "$work/my.xml"
says out "2 of 64"
tr -s '\n ' ' ' <"$work/out" >"$work/words"
says words "my.figures.json, beside it"

# distances too; a second time says each source once
printf '%s' '{"homenode_figures": 1, "figures": [
{"figure": "distance", "unit": "slit", "values": [[10, 21], [21, 10]]},
{"figure": "latency", "unit": "ns", "values": [[90, 150], [150, null]]}]}' >"$work/twice.json"
cp topologies/xeon-8360y-2n.xml "$work/once.xml"
run 0 calibrate "$work/once.xml" "$work/twice.json" -o "$work/twice.xml"
run 0 calibrate "$work/twice.xml" "$work/twice.json" -o "$work/thrice.xml"
says out "figures, memattr Latency"
grep -q 'figures, memattr Latency, figures' "$work/out" && fail "a source is said twice: $(cat "$work/out")"
run 0 show "$work/thrice.xml"

# through a pipe, with what is said there too
"$HOMENODE" calibrate "$work/once.xml" "$work/twice.json" -q -o /dev/stdout | cat >"$work/piped"
grep -v '^ *$' "$work/piped" | grep '<' >"$work/piped.xml"
grep -v '^ *$' "$work/twice.xml" | cmp - "$work/piped.xml" || fail "/dev/stdout that is a pipe has not got the file"

# what is wrong, and nothing written
printf '%s' '{"homenode_figures": 1, "figures": [
{"figure": "latency", "unit": "ns", "values": [[90, 150], [150]]}]}' >"$work/short.json"
refused 2 calibrate topologies/xeon-8360y-2n.xml "$work/short.json" -o "$work/no.xml"
says err "short.json:2:"
says err "a row of 1 values where the first has 2"
refused 2 calibrate "$host" $files/multichase.txt -o "$work/no.xml"
says err "--node N"
refused 2 calibrate "$host" $files/full.json --from mlc -o "$work/no.xml"
refused 2 calibrate "$host" $files/full.json --from mcl -o "$work/no.xml"
says err 'did you mean "mlc"'
refused 2 calibrate "$host" $files/full.json --from spreadsheet -o "$work/no.xml"
says err "homenode list calibrations"
refused 2 calibrate "$host" $files/stream.txt --stores straming -o "$work/no.xml"
says err 'did you mean "streaming"'
refused 2 calibrate "$host" $files/full.json --format csv -o "$work/no.xml"
says err 'there are text, json'
refused 2 calibrate "$host" "$work" -o "$work/no.xml"
refused 2 calibrate "$host" $files/full.json --memory-node 1 -o "$work/no.xml"
refused 2 calibrate "$host" $files/full.json --format json
says err "--output FILE"
mkdir "$work/node0" && refused 2 calibrate "$host" "$work" -o "$work/no.xml"
says err "no HMAT"
refused 2 calibrate "$host" /nonexistent -o "$work/no.xml"
refused 2 calibrate epyc-nps4-8n.xmll $files/full.json
printf '%s' '{"homenode_figures": 1, "figures": [{"figure": "read", "unit": "GB/s", "node": 0, "value": 0}]}' >"$work/0.json"
refused 2 calibrate "$host" "$work/0.json" -o "$work/no.xml" --figures "$work/no.json"
says err "0.json:1:"
[ -e "$work/no.xml" ] || [ -e "$work/no.json" ] && fail "something was written"
# nobody waits for a pipe that happens to have such a name
cp topologies/epyc-nps4-8n.xml "$work/piped.xml"
mkfifo "$work/piped.figures.json"
run 0 show "$work/piped.xml"
says out "piped.figures.json is no file"
finish
