#!/bin/sh
# VMAgent's fading first fit within 15 per cent of the published means.
. tests/cli/lib.sh
data=../shared/data/traces/huawei-east-1

# 80 GB are split, so a server takes four VMs of 20 CPUs and 80 GB by its CPUs and two
# by its memory; with all VMs alike every start places two a server. No deletion comes
# before event 9999.
{
	echo vmid,cpu,mem,at,lt
	awk 'BEGIN { for (i = 0; i < 11000; i++) print i ",20,80," i ",100000" }'
} >"$work/alike.csv"
bench/reproduce/vmagent --trace "$work/alike.csv" >"$work/out" || fail "status $?"
printf '5,10.0,0.0\n20,40.0,0.0\n50,100.0,0.0\n' | cmp - "$work/out" || fail "$(cat "$work/out")"
head -100 "$work/alike.csv" >"$work/short.csv"
bench/reproduce/vmagent --trace "$work/short.csv" >"$work/out" 2>"$work/err" &&
	fail "a trace without event 1000 is no error"
says err "no creation after event 1000"

[ -f $data/Huawei-East-1-lt.csv ] || { echo "skipped: no trace in $data"; exit 77; }
bench/reproduce/vmagent >"$work/out" || fail "status $?"
awk -F, '
	BEGIN { want[5] = 224.5; want[20] = 888; want[50] = 2298.3 }
	{ rows++; if ($2 < 0.85 * want[$1] || $2 > 1.15 * want[$1]) { print; bad = 1 } }
	END { exit bad || rows != 3 }' "$work/out" || fail "outside the band: $(cat "$work/out")"
finish
