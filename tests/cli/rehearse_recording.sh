#!/bin/sh
# homenode rehearse of what a host was recorded doing, and the recording held against it.
. tests/cli/lib.sh

record=$work/host.jsonl

# begin: a recording of the emulated host, without a sample
begin()
{
	xml=$(sed 's/\\/\\\\/g; s/"/\\"/g' tests/xen/host.xml | awk '{ printf "%s\\n", $0 }')
	printf '%s\n' '{"format":"homenode-recording","version":1,"host":"xen","nodes":[0,1,2,3,4,5,6,7],"xml":"'"$xml"'"}'
} >"$record"

# zone NAME ID TARGET PAGES0 PAGES2: one of node 2, with pages there and on node 0
zone()
{
	printf '{"name":"%s","id":"%s","kind":"%s","ours":false,"vcpus":1,"vnodes":[{"runs_on":[2],"prefers":[],' \
		"$1" "$2" "${kind:-xen-pvh}"
	printf '"told_node":null,"vcpus":1,"memory_bytes":null}],"node_bytes":[%d,0,%d,0,0,0,0,0],"unknown_bytes":0,' \
		$(($4 * 4096)) $(($5 * 4096))
	printf '"target_bytes":%d,"max_bytes":null,"io_runs_on":[],"device_nodes":[]}' $(($3 * 4096))
}

# sample SECOND ZONES [FREE0 FREE2]: pages free on nodes 0 and 2, elsewhere 200000
sample()
{
	size=1073741824
	printf '{"at_ns":%d000000000,"took_ns":8000000,"cost_ns":null,"size_bytes":[%s],"free_bytes":[%d,%d,%d,%d,%d,%d,%d,%d],' \
		$((1764445200 + $1)) "$size,$size,$size,$size,$size,$size,$size,$size" \
		$((${3:-100000} * 4096)) 819200000 $((${4:-30000} * 4096)) 819200000 819200000 819200000 819200000 819200000
	printf '"zones":[%s],"notes":[]}\n' "$2"
} >>"$record"

# story AWAY GONE: a zone of 76816 pages gives half of them, another one takes most of node 2, and
# 38400 come back, AWAY of them from node 0; then 5120 go again, GONE of them from there, and
# the other zone ends
story()
{
	begin
	sample 0 "$(zone a 'domid 1 x' 76800 0 76816)"
	sample 10 "$(zone a 'domid 1 x' 38400 0 60000)"
	sample 20 "$(zone a 'domid 1 x' 38400 0 38416)"
	sample 30 "$(zone a 'domid 1 x' 38400 0 38416),$(zone 'h,"g' 'domid 2 y' 48000 0 48016 | sed 's/h,"g/h,\\"g/')"
	sample 40 "$(zone a 'domid 1 x' 76800 "$1" $((76816 - $1))),$(zone 'h,"g' 'domid 2 y' 48000 0 48016 | sed 's/h,"g/h,\\"g/')"
	sample 50 "$(zone a 'domid 1 x' 71680 $(($1 - $2)) $((71696 - $1 + $2))),$(zone 'h,"g' 'domid 2 y' 48000 0 48016 | sed 's/h,"g/h,\\"g/')"
	sample 60 "$(zone a 'domid 1 x' 71680 $(($1 - $2)) $((71696 - $1 + $2)))"
}

story 18000 5120
run 0 rehearse "$record" -o "$work/predicted.csv"
says err 'warning: 1 of 7 samples are passed over: a balloon was on its way'
run 0 rehearse "$record" -q -o "$work/predicted.csv"
[ ! -s "$work/err" ] || fail "--quiet says something: $(cat "$work/err")"
[ "$(awk -F, '$4 == "a" && $2 == 1 && $5 == 2 { print $6 }' "$work/predicted.csv")" = 38416 ] ||
	fail "the first step is not the balloon's: $(cat "$work/predicted.csv")"
says_file()
{
	grep -q "$1" "$work/predicted.csv" || fail "not in the prediction: $1"
}
says_file '^host,2,"start h__g 187.5MiB",h__g,2,48000,,$\|^host,2,"start h__g 192000KiB",h__g,2,48000,,$'
says_file '^host,5,"stop h__g",'
# the recording is made to say what the model does
away=$(awk -F, '$4 == "a" && $2 == 3 && $5 == 0 { print $6 }' "$work/predicted.csv")
[ "$away" -gt 10000 ] || fail "no page came from elsewhere: $away"
story "$away" 5120
run 0 rehearse "$record" -o "$work/predicted.csv"
run 0 diff "$work/predicted.csv" "$record"
says out '; 0 outside the bound'
says out 'of 43520 pages that balloons gave back, the nodes of 38400 were determined'
# they may be of either node
story "$away" 100
run 0 rehearse "$record" -o "$work/predicted.csv"
run 0 diff "$work/predicted.csv" "$record"
# a page from elsewhere than the hypervisor takes it from is outside
story $((away + 7)) 5120
run 0 rehearse "$record" -o "$work/predicted.csv"
run 1 diff "$work/predicted.csv" "$record"
says out '; 14 outside the bound'
# only its first part
run 0 rehearse "$record" --for 25s -o "$work/part.csv"
awk -F, 'NR > 1 && $2 > 1 { exit 1 }' "$work/part.csv" || fail "steps behind the 25 s"
run 0 diff "$work/part.csv" "$record"

refused 2 rehearse "$record" --host tests/xen/host.xml
says err 'a recording has its own host'
refused 2 rehearse "$record" --from "$work/predicted.csv"
says err 'leave --from out'
refused 2 rehearse --host tests/xen/host.xml --for 1h docs/examples/drift.txt
says err 'a scenario is carried out whole'
refused 2 rehearse "$record" docs/examples/drift.txt
says err 'rehearsals of their own'
begin
refused 2 rehearse "$record"
says err 'the recording has no sample'
sample 0 "$(kind=qemu zone a 'pid 1 2' 76800 0 76816)"
refused 2 rehearse "$record"
says err 'has no zone of a Xen host'
begin
sample 0 "$(zone a 'domid 1 u' 76800 0 76816)" 1000000
refused 2 rehearse "$record"
says err 'node 0 has more memory, free and of zones, than the host says'
echo '{"at_ns":3' >"$work/bad.jsonl"
refused 2 rehearse "$work/bad.jsonl"
finish
