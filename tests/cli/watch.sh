#!/bin/sh
# homenode watch, by a recording of a host on which a zone drifts: figures worked out by hand, every
# format, what is refused, and this machine as far as it can be seen.
. tests/cli/lib.sh

recording=docs/examples/drifting.jsonl

# cell AT ZONE COLUMN: of the rows in $work/out
cell()
{
	awk -F, -v at="$1" -v zone="$2" -v column="$3" 'NR == 1 { for (i = 1; i <= NF; i++) of[$i] = i; next }
		$1 ~ at && $3 == zone { print $of[column] }' "$work/out"
}

# is AT ZONE COLUMN WANTED
is()
{
	found=$(cell "$1" "$2" "$3")
	[ "$found" = "$4" ] || fail "$3 of $2 at $1 is \"$found\", not \"$4\""
}

# 64 MiB of web's 2 GiB go away in each ten minutes; 16 MiB of db's change sides
run 0 watch $recording --format csv
is T08:00 web local_page_ppm 1000000
is T08:00 web drift_pages ''
is T08:10 web drift_pages 16384
is T09:00 web local_page_ppm 812500
is T09:00 web off_node_page_ppm 187500
is T09:00 web wrong_vnode_page_ppm 0
is T09:00 web pages_by_node '0:425984 1:98304'
is T09:00 web io_nodes 1
is T09:00 web io_away 1
is T09:00 db io_away 0
is T09:00 db wrong_vnode_page_ppm 46875
is T09:00 db off_node_page_ppm 0
is T09:00 db told '0 1'
is T09:00 db drift_pages 4096
is T09:00 anywhere local_page_ppm ''
is T09:00 anywhere home ''
is T09:00 anywhere unknown_bytes 4096
is T09:00 anywhere target_bytes ''
is T09:00 short memory_bytes ''
is T08:40 late drift_pages ''
[ "$(cell T09:00 web slowdown_ppm)" -gt "$(cell T08:00 web slowdown_ppm)" ] || fail "drift costs nothing"
is T09:00 web latency_grade assumed
[ "$(grep -c '^at,' "$work/out")" -eq 1 ] || fail "a header for each sample"

run 0 watch $recording --format csv --table nodes
[ "$(grep -c . "$work/out")" -eq 15 ] || fail "not two nodes seven times: $(cat "$work/out")"
grep -q '^2025-11-29T09:00:00.000Z,xen,1,8589934592,6408896512,2181038080,2181038080,402653184,2,"db 928 MiB, late 512 MiB, web 384 MiB, 1 more 256 MiB"$' \
	"$work/out" || fail "node 1: $(tail -n 1 "$work/out")"
run 0 watch $recording --format csv --table pages --count 1
grep -q 'db,domid 4 [^,]*,1,1073741824$' "$work/out" || fail "pages: $(cat "$work/out")"
run 0 watch $recording --format csv --table samples --count 2
[ "$(tail -n 1 "$work/out")" = 2025-11-29T08:10:00.000Z,xen,5,8100000,7900000, ] || fail "samples: $(cat "$work/out")"

# people: what fits 80 columns, and what could not be seen
COLUMNS=80 run 0 watch $recording
[ "$(awk 'length($0) > 80' "$work/out" | wc -l)" -eq 0 ] || fail "wider than 80 columns: $(cat "$work/out")"
says out 'xen  2025-11-29T09:00:00.000Z  5 zones, 2 not all at home, 2 drifting'
says out "note: the hypervisor's ring was full"
esc=$(printf '\033')
sed '1s/"host":"xen"/"host":"x\\u001b[31mn"/; s/"name":"web"/"name":"w\\u001b[2Jb"/; s/the hypervisor.s ring/\\u001b]0;x/' \
	$recording >"$work/hostile.jsonl"
run 0 watch "$work/hostile.jsonl"
says out 'x?[31mn  2025'
says out 'w?[2Jb'
grep -q "$esc" "$work/out" && fail "a terminal would obey: $(cat -v "$work/out")"
run 0 watch $recording --once --columns zone,told,io_away
says out 'zone      told  I/O away'

# formats
run 0 watch $recording --format jsonl
[ "$(wc -l <"$work/out")" -eq 7 ] || fail "not a line a sample"
run 0 watch $recording --once --format json
says out '"drift_pages": null'
run 0 watch $recording --once --format openmetrics
says out 'homenode_zone_node_resident_bytes{host="xen",zone="web",id="domid 3 686f6d65-6e6f-6465-8000-000000000003",node="1"} 0'
[ "$(tail -n 1 "$work/out")" = '# EOF' ] || fail "the metrics do not end"
cp "$work/out" "$work/metrics"
grep -q drift "$work/metrics" && fail "what is not known is a metric"
command -v promtool >/dev/null 2>&1 && {
	promtool check metrics <"$work/metrics" >"$work/said" 2>&1 || fail "promtool: $(cat "$work/said")"
}
run 0 watch $recording --once --openmetrics "$work/node.prom"
cmp "$work/node.prom" "$work/metrics" || fail "the file has other metrics"

# what is not known is empty, also in a sum; blanks behind JSON's marks, as other programs write them
sed '1!s/"node_bytes":\[[0-9]*,[0-9]*\]/"node_bytes":[null,null]/g' $recording >"$work/unseen.jsonl"
run 0 watch "$work/unseen.jsonl" --once --format csv --table nodes
grep -q '^2025-11-29T08:00:00.000Z,xen,0,8589934592,[0-9]*,[0-9]*,,,' "$work/out" || fail "nobody's: $(cat "$work/out")"
run 0 watch "$work/unseen.jsonl" --once
says out 'of 5 zones it is not known where pages are'
run 0 advise "$work/unseen.jsonl" --quiet
says out 'host xen: 2 nodes, 5 zones, none of them known'
says out 'there is nothing to advise on'
run 0 watch this --once
grep -q 'next in' "$work/out" && fail "there is no next one"
sed '1s/:/: /g' $recording >"$work/blanks.jsonl"
run 0 report "$work/blanks.jsonl" --format json
says out '"samples":7'

# what is refused
refused 2 watch xne
says err 'did you mean "xen"?'
refused 2 watch this:
says err 'this: names no file'
refused 2 watch "$work/absent.jsonl"
[ -e /proc/xen ] || refused 2 watch xen --once
refused 2 watch topologies/xeon-8360y-2n.xml
says err 'topologies/xeon-8360y-2n.xml:1: this is no recording'
refused 2 watch $recording --record "$work/copy"
says err 'is a recording already'
[ -e "$work/copy" ] && fail "a refused recording is left"
refused 2 watch $recording --cgroup '*'
refused 2 advise $recording --cgroup '*'
refused 2 watch $recording --format json
refused 2 watch $recording --table nodes
refused 2 watch $recording --once --count 3
refused 2 watch $recording --interval 1ms
refused 2 watch $recording --listen 0.0.0.0:9464
says err 'an address of this machine alone'
sed '3s/"told_node":0/"told_node":5/' $recording >"$work/bad.jsonl"
run 2 watch "$work/bad.jsonl"
grep -q "bad.jsonl:3:[0-9]*: a number of one of the host's nodes is expected" "$work/err" || fail "said: $(cat "$work/err")"
(sed -n 1,3p $recording && sed -n 2p $recording) >"$work/back.jsonl"
run 2 watch "$work/back.jsonl"
says err 'back.jsonl:4: the sample is older than the one above it'

# a recording that was cut off, and one that is packed
head -c 12000 $recording >"$work/cut.jsonl"
run 0 watch "$work/cut.jsonl" --format jsonl
says err 'does not end with a whole line'
gzip -c $recording >"$work/packed.jsonl.gz"
run 0 watch "$work/packed.jsonl.gz" --format jsonl
[ "$(wc -l <"$work/out")" -eq 7 ] || fail "packed: not a line a sample"

# its page: figures of the zones that drift, one of so many samples where there are many
run 0 report $recording --format json
for text in '"samples":7,"every":1' '"first_ppm":1000000,"last_ppm":812500,"least_ppm":812500,"drift_pages":98304' \
	'"local_ppm":[1000000,968750,937500,906250,875000,843750,812500]' '"least_free_bytes":6073352192' '"took_ns":8100000'; do
	says out "$text"
done
{
	head -n 1 $recording
	awk 'NR == 2 { for (i = 0; i < 1000; i++) { t = $0; sub(/"at_ns":[0-9]*/, "\"at_ns\":" 1764403200 + 10 * i "000000000", t); print t } }' \
		$recording
} >"$work/long.jsonl"
run 0 report "$work/long.jsonl" --format json
says out '"samples":1000,"every":3'
says out ',9960000,9990000]'
run 0 report "$work/packed.jsonl.gz" --output "$work/page.html" --quiet
grep -q '"recording":{"name":"packed.jsonl.gz"' "$work/page.html" || fail "the page has no recording"
refused 2 report $recording
says err 'needs --output FILE'
refused 2 report $recording $recording --output "$work/two.html"
head -n 1 $recording >"$work/empty.jsonl"
refused 2 report "$work/empty.jsonl" --output "$work/empty.html"
says err 'has no sample yet'
refused 2 report "$work/bad.jsonl" --output "$work/empty.html"
[ -e "$work/empty.html" ] && fail "a page of nothing is left"

# this machine: samples add up in a recording, and the interval is what they cost
run 0 watch this --count 2 --interval 0.1s --format csv --table samples --record "$work/this.jsonl" --quiet
awk -F, 'NR > 1 && ($5 == "" || $6 < 100 * $5 || $6 < 100000000) { bad = 1 } END { exit bad || NR != 3 }' "$work/out" ||
	fail "more than 1 % of a CPU: $(cat "$work/out")"
run 0 watch this --once --record "$work/this.jsonl"
run 0 watch "$work/this.jsonl" --format jsonl
[ "$(wc -l <"$work/out")" -eq 3 ] || fail "not gone on with: $(cat "$work/out")"
echo precious >"$work/other"
refused 2 watch this --once --record "$work/other"
[ "$(cat "$work/other")" = precious ] || fail "a file is written over"
# a real QEMU: its vCPUs, pages and who serves its devices
command -v qemu-system-x86_64 >/dev/null 2>&1 && {
	qemu-system-x86_64 -name guest=watched,debug-threads=on -accel tcg,thread=multi -smp 2 -m 64 -S -display none \
		-nodefaults -daemonize -pidfile "$work/pid" >"$work/qemu" 2>&1 || fail "QEMU does not start: $(cat "$work/qemu")"
	pid=$(cat "$work/pid")
	run 0 watch this --once --format csv
	kill "$pid"
	is 20 watched kind qemu
	is 20 watched vcpus 2
	is 20 watched ours 0
	cell 20 watched id | grep -q "^pid $pid [1-9]" || fail "its id is $(cell 20 watched id)"
	[ -n "$(cell 20 watched runs_on)" ] || fail "where it runs: $(cat "$work/out")"
	[ -n "$(cell 20 watched io_nodes)" ] || fail "who serves it: $(cat "$work/out")"
	cell 20 watched pages_by_node | grep -q '^[0-9]*:[1-9]' || fail "no pages: $(cat "$work/out")"
}
[ -w /dev/full ] && {
	run 3 watch this --once --record /dev/full
	says err 'cannot be written'
}
finish
