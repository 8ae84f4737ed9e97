#!/bin/sh
# Huawei's requests for two-node hosts: hosts that first fit touches, and groups' rules.
. tests/cli/lib.sh
data=../shared/data/traces/huawei-two-node

# requests STATUS ARGUMENT...: its output is in $work/out and $work/err
requests()
{
	want=$1
	shift
	bench/reproduce/requests "$@" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" -eq "$want" ] || fail "requests $* ended with $got, not $want: $(cat "$work/err")"
}

# Three hosts as they are. A fits node 1 of host 0 alone; B is too large for one node of host 1,
# its halves are not; C finds no room; D fits beside A, or as its group has it, on host 2.
cat >"$work/hosts.csv" <<'TEXT'
CPU1,RAM1,CPU2,RAM2
2,64,8,16
16,16,16,16
4,4,40,40
TEXT
cat >"$work/list.csv" <<'TEXT'
flavor_vcpus,flavor_ram,numa,strategy,group,domain
4,8,1,anti-affinity,0,
32,32,2,,,
64,16,2,,,
4,8,1,anti-affinity,0,
TEXT
requests 0 --initial "$work/hosts.csv" "$work/list.csv"
says out list.csv,4,3,2
requests 0 --groups --initial "$work/hosts.csv" "$work/list.csv"
says out list.csv,4,3,3
# E goes to host 2, F of another domain to host 0, unless those two share a rack: 1 is full
printf 'host_id,rack_id\nhost-0,1\nhost-1,2\nhost-2,1\n' >"$work/racks.csv"
printf '20,16,1,fault_domain,0,0\n1,1,1,fault_domain,0,1\n' >>"$work/list.csv"
requests 0 --groups --initial "$work/hosts.csv" "$work/list.csv"
says out list.csv,6,5,3
requests 0 --groups --racks "$work/racks.csv" --initial "$work/hosts.csv" "$work/list.csv"
says out list.csv,6,4,3

sed -i 1d "$work/hosts.csv"
requests 2 --initial "$work/hosts.csv" "$work/list.csv"
grep -q 'the header must name' "$work/err" || fail "$(cat "$work/err")"

# One loop over the two tables gives these for the lists that are published; C4 and C5 are
# there as xlsx only.
[ -f $data/PM_res.csv ] || finish
for touched in 1:1234 2:1262 3:1316 4:1350 5:1557; do
	list=$data/VM_data_C${touched%:*}.csv
	[ -f "$list" ] || continue
	requests 0 "$list"
	says out "VM_data_C${touched%:*}.csv,4998,4998,${touched#*:}"
done
finish
