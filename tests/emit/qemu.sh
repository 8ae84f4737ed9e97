#!/bin/sh
# QEMU starts what is written, paused, and says what it made of it; this machine's first
# node and CPUs stand for those that it does not have.
. tests/cli/lib.sh
. tests/emit/zones.sh

for command in qemu-system-x86_64 taskset; do
	command -v $command >/dev/null 2>&1 || skip "no $command"
done

# start FILE: with a QMP session from $work/qmp; what it answers is in $work/said
start()
{
	sed -e 's/host-nodes=[0-9]*/host-nodes=0/g' -e 's/taskset -c [0-9,-]*/taskset -c 0/' \
		-e 's/echo [0-9,-]*$/echo 0/' "$1" >"$work/here"
	ACCEL=tcg timeout 60 sh "$work/here" -S -display none -nodefaults -qmp stdio \
		<"$work/qmp" >"$work/said" 2>"$work/errors"
}

cat >"$work/qmp" <<'QMP'
{"execute": "qmp_capabilities"}
{"execute": "query-memdev"}
{"execute": "query-hotpluggable-cpus"}
{"execute": "quit"}
QMP
echo quit | qemu-system-x86_64 -machine none -display none -nodefaults -monitor stdio \
	-object memory-backend-ram,id=m,size=2M,host-nodes=0,policy=bind >/dev/null 2>"$work/errors" ||
	forbidden "memory cannot be bound here: $(tail -n 1 "$work/errors")"
emit_all qemu
for file in "$work"/files/*/*.sh; do
	sh -n "$file" || fail "$file is no script"
done
for name in edera-scatter/two edera-compact/three edera-compact/growing edera-compact/a__--b \
	edera-compact/paravirtual flat/one short/spilled short/both; do
	start "$work/files/$name.sh" || fail "$name: $(cat "$work/errors")"
	grep -v '^vCPUs are not bound' "$work/errors" | grep -q . && fail "$name: $(cat "$work/errors")"
	[ "$(grep -c '"return"' "$work/said")" -eq 4 ] || fail "$name: $(cat "$work/said")"
	cp "$work/said" "$work/said-$(basename "$name")"
done
tr -d ' ' <"$work/said-two" >"$work/two"
says two '"policy":"bind"'
says two '"size":536870912'
[ "$(grep -o '"node-id":1' "$work/two" | wc -l)" -eq 10 ] || fail "not 10 vCPUs on node 1: $(cat "$work/two")"
grep -q '"interleave"' "$work/said-one" || fail "a striped zone is not interleaved"
grep -q 'host-nodes=0,host-nodes=1,policy=bind' "$work/files/short/spilled.sh" ||
	fail "spilled: $(tail -n 9 "$work/files/short/spilled.sh")"
grep -q 'dist,src=0,dst=1,val=32' "$work/files/edera-scatter/two.sh" || fail "no distance"

# the check can fail
sed 's/size=512M/size=511M/' "$work/files/edera-scatter/two.sh" >"$work/wrong"
start "$work/wrong" && fail "QEMU took sizes that do not add up"
sed 's/val=32/val=9/' "$work/files/edera-scatter/two.sh" >"$work/wrong"
start "$work/wrong" && fail "QEMU took a distance of 9"

# its threads are bound: vCPUs of the second vnode to another CPU than the first's
if [ "$(taskset -p -c $$ | sed 's/.*: //')" = 0 ]; then
	echo "one CPU only: binding not tried"
	finish
fi
sed -e 's/host-nodes=[0-9]*/host-nodes=0/g' -e 's/taskset -c [0-9,-]*/taskset -c 0-1/' \
	-e 's/echo 0-15$/echo 0/' -e 's/echo 64-79$/echo 1/' "$work/files/edera-scatter/two.sh" >"$work/here"
mkfifo "$work/pipe"
ACCEL=tcg sh "$work/here" -S -display none -nodefaults -qmp stdio <"$work/pipe" >/dev/null 2>&1 &
pid=$!
exec 9>"$work/pipe"
tries=0
until [ "$(grep -l '^CPU 19/' /proc/$pid/task/*/comm 2>/dev/null | wc -l)" -eq 1 ] &&
	[ "$(for t in /proc/"$pid"/task/*; do
		grep -q '^CPU ' "$t/comm" && sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "$t/status"
	done 2>/dev/null | sort | uniq -c | tr -s ' \n' '  ')" = " 10 0 10 1 " ]; do
	tries=$((tries + 1))
	[ $tries -lt 150 ] || { fail "vCPUs are not bound"; break; }
	sleep 0.1
done
printf '{"execute": "qmp_capabilities"}\n{"execute": "quit"}\n' >&9
exec 9>&-
wait $pid
finish
