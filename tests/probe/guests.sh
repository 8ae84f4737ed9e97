#!/bin/sh
# homenode show this --zones, beside a real QEMU whose first vCPU is pinned.
. tests/cli/lib.sh

refused 2 show epyc-nps4-8n --zones
says err '--zones is of the host "this"'
run 0 show this --zones --format json
says out '"guests": ['
command -v qemu-system-x86_64 >/dev/null 2>&1 || {
	echo "skipped: no qemu-system-x86_64"
	exit 77
}
qemu-system-x86_64 -name guest=seen,debug-threads=on -accel tcg,thread=multi -smp 2 -m 64 -S \
	-display none -nodefaults -daemonize -pidfile "$work/pid" >"$work/qemu" 2>&1 || {
	fail "QEMU does not start: $(cat "$work/qemu")"
	finish
}
pid=$(cat "$work/pid")
run 0 show this --zones --format json
kill "$pid"
says out '"name": "seen"'
says out "\"pid\": \"$pid\""
says out '"vcpus": 2'
says out '"vcpu_cpus": "0-1:'
grep -q '"io_cpus": "[0-9]' "$work/out" || fail "who serves its devices: $(cat "$work/out")"
[ ! -r "/proc/self/numa_maps" ] || grep -q '"pages_by_node": "[0-9]*:[0-9]' "$work/out" ||
	fail "no pages: $(cat "$work/out")"
finish
