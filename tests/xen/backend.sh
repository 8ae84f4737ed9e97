#!/bin/sh
# The xen backend on an emulated Xen host: tests/xen/backend-scenario.sh runs in dom0.
# HOMENODE_KEEP_RECORD=1 keeps the run that it records as tests/xen/recorded/, which
# xen.replayed replays everywhere.
. tests/xen/lib.sh
drive=$HOMENODE_BUILD/tests/backend-xen/xen-drive
contract=$HOMENODE_BUILD/tests/backend-xen/xen-contract
for program in "$HOMENODE_BUILD/homenode-dom0" "$HOMENODE_BUILD/homenode-probe" "$drive" "$contract"; do
	[ -x "$program" ] || {
		echo "skipped: no $(basename "$program") in this build"
		exit 77
	}
done
command -v cpio >/dev/null 2>&1 || {
	echo "skipped: no cpio"
	exit 77
}

# the zones' initramfs: their first process and the probe, which lies in guests of three CPUs
mkdir -p "$work/zone/dev" "$work/zone/proc" "$work/zone/sys"
"${CC:-cc}" -std=c17 -O2 -static -D_POSIX_C_SOURCE=200809L -I. -o "$work/zone/init" guest/*.c || {
	echo "skipped: no static C library"
	exit 77
}
"${CC:-cc}" -std=c17 -O2 -static -D_POSIX_C_SOURCE=200809L -o "$work/zone/probe" tests/xen/liar.c ||
	fail "the program that lies"
cp "$HOMENODE_BUILD/homenode-probe" "$work/zone/probe-true"
(cd "$work/zone" && find . | cpio --quiet -o -H newc) >"$work/zone.cpio"
HOMENODE_XEN_RIG_GUEST=$work/zone.cpio
export HOMENODE_XEN_RIG_GUEST

cat >"$work/zones.json" <<'END'
{"zones": [
	{"name": "db", "vcpus": 2, "memory": "256MiB", "memory_policy": "static"},
	{"name": "foreign", "vcpus": 1, "memory": "128MiB", "memory_policy": "static"},
	{"name": "huge", "vcpus": 1, "memory": "1021MiB", "memory_policy": "static"}
]}
END
# run_of DURATION ZONE VCPUS MEMORY ...: a workload that starts them all
run_of()
{
	printf '{"duration": "%s", "timeline_step": "%s", "events": [' "$1" "$1"
	shift
	comma=''
	while [ $# -gt 0 ]; do
		printf '%s{"at": "0s", "start": {"name": "%s", "vcpus": %s, "memory": "%s",' \
			"$comma" "$1" "$2" "$3"
		printf ' "memory_policy": "static"}}\n'
		comma=,
		shift 3
	done
	echo ']}'
}
run_of 1h a 2 256MiB a2 1 128MiB >"$work/killed.json"
# it ends when both have stopped, however long that takes
sed 's/^{.*"events"/{"name": "killed", "events"/; s/"a2"/"b"/; s/"static"}}$/"static"}, "lifetime": "4s"}/' \
	"$work/killed.json" >"$work/resumed.json"
run_of 2s b 1 128MiB >"$work/short.json"
run_of 1h live 1 128MiB >"$work/alive.json"
run_of 1s one1 1 600MiB one2 1 600MiB one3 1 600MiB >"$work/one.json"
run_of 1s two1 1 600MiB two2 1 600MiB two3 1 600MiB >"$work/two.json"
# what was measured of the rig's eight nodes: each pair has figures of its own
awk 'function matrix(kind, unit, first, step,    from, to) {
		printf "{\"figure\": \"%s\", \"unit\": \"%s\", \"values\": [", kind, unit
		for (from = 0; from < 8; from++)
			for (to = 0; to < 8; to++)
				printf "%s%s%s", to ? ", " : from ? ", [" : "[",
					first + step * (8 * (from != to) + from + to / 8), to == 7 ? "]" : ""
		printf "]}"
	}
	BEGIN {
		printf "{\"homenode_figures\": 1, \"figures\": ["
		matrix("latency", "ns", 90, 3)
		printf ", "
		matrix("read", "GB/s", 60, -1.5)
		printf ", "
		matrix("write", "GB/s", 40, -0.5)
		print "]}"
	}' >"$work/host.figures.json"
rig --timeout 660 tests/xen/backend-scenario.sh "$HOMENODE_BUILD/homenode-dom0" "$drive" "$contract" \
	"$work/zones.json" "$work/killed.json" "$work/resumed.json" "$work/short.json" "$work/alive.json" \
	"$work/one.json" "$work/two.json" "$work/host.figures.json" tests/xen/recorded/recorded.json \
	tests/xen/recorded/contention.json || finish

# part NAME: what the scenario printed under "== NAME"
part()
{
	sed -n "/^== $1\$/,/^== /p" "$work/out" | grep -v '^== '
}

grep -q '^FAIL' "$work/out" && fail "$(grep '^FAIL' "$work/out")"
part stock | grep -q 'xc_domain_getvnuma failed' || fail "stock libxl: $(part stock)"
part host | grep -q '^xen,.*,SRAT SLIT HMAT CPUID,' || fail "what can be told: $(part host)"
part served | grep -q "^  dom0's vCPU 0 on node 0\$" || fail "dom0's vCPUs: $(part served)"
part served | grep -q 'zone far: dom0 serves disks and networks from node 0 and the zone is on node [1-7]: ' ||
	fail "no warning: $(part served)"
part served | grep -q 'boot Xen with dom0_max_vcpus=9, one a node and one more' ||
	fail "how to put it right: $(part served)"
[ "$(part figures | grep -c '^refused: 2$')" -eq 3 ] || fail "other files: $(part figures)"
for why in 'no latency and no bandwidth' 'node 1 has 2 GiB there and 1 GiB here' \
	'from node 1 to node 0 it is 14 there and 12 here'; do
	part figures | grep -q "$why" || fail "other files: no \"$why\" in $(part figures)"
done
[ "$(part drive | grep -c '^ok: ')" -gt 60 ] || fail "the backend's steps: $(part drive)"
part contract | grep -qx 'contract: held' || fail "the contract: $(part contract)"
part foreign | grep -q 'zone db can be launched' || fail "dry run: $(part foreign)"
part foreign | grep -q 'zone huge cannot be launched (ERR_NO_ROOM): zone huge: node [0-9]* is to give 1021 MiB and [0-9]* MiB more' ||
	fail "dry run: $(part foreign)"
for name in Domain-0 foreign a a2; do
	part killed | grep -q "^left $name\$" || fail "after the kill: $(part killed)"
done
part killed | grep -q '2 zones of a run that was killed are still here (a, ...)' ||
	fail "the next run: $(part killed)"
part killed | grep -q '^without recover: 3$' || fail "the next run: $(part killed)"

# recovered PART ZONE WHAT: it is named, with where the hypervisor has its memory
recovered()
{
	pages=$(part killed | sed -n "s/^is $2 //p" | tr '\n' ' ')
	part "$1" | grep "^homenode: zone $2 (domain [0-9]*), left by a run that was killed, $3: " |
		sed 's/.*: //; s/, / /g' | tr '\n' ' ' | grep -qF "$pages" ||
		fail "zone $2 with $pages $3: $(part "$1")"
}
[ "$(part killed | grep -c '^key .*/homenode.*(n0)$')" -eq 10 ] || fail "guests may read: $(part killed)"
part killed | grep '^key ' | grep -v '(n0)$' && fail "guests may read: $(part killed)"
recovered adopt a 'is adopted, and was zone 1 of this workload'
recovered adopt a2 'is adopted, and was zone 2 of this workload'
recovered adopt a 'goes on'
recovered adopt a2 'is stopped with this run'
recovered destroy a 'is destroyed'
recovered destroy a2 'is destroyed'
for rule in adopt destroy; do
	part $rule | grep -qx 2 || fail "the run after --recover $rule: $(part $rule)"
done
# it stopped at its time, with the pages that it had, but for special ones, on the same nodes
pages=$(part killed | sed -n 's/^is a //p' | sed 's/ pages on node//; s/ on node//' | tr '\n' ' ')
awk -F, -v pages="$pages" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	$column["name"] == "a" {
		nr = split(pages, has, " ")
		n = split($column["pages_by_node"], on, /[ :]/)
		if ($column["outcome"] != "stopped" || n != nr || n < 2)
			exit 1
		for (i = 1; i < n; i += 2)
			if (on[i] != has[i + 1] || on[i + 1] > has[i] || on[i + 1] < has[i] - 64)
				exit 1
		found = 1
	}
	END { exit !found }' "$work/rig/files/resumed.csv" ||
	fail "the zone that went on had $pages: $(cat "$work/rig/files/resumed.csv")"
grep -q ',2,b,stopped,' "$work/rig/files/resumed.csv" || fail "adopt: $(cat "$work/rig/files/resumed.csv")"
part frozen | grep -q 'zone live .*left by a run that was killed, is destroyed' ||
	fail "a run that stood still: $(part frozen)"
part frozen | grep -q 'another homenode took it for dead' || fail "a run that stood still: $(part frozen)"
part taken | grep -q 'is not this run.s any more, and stays as it is' || fail "taken over: $(part taken)"
part taken | grep -qx 'still live' || fail "taken over: $(part taken)"
part taken | grep -q 'zone live .* is destroyed' || fail "taken over: $(part taken)"
part lock | grep -qx 'interrupted: 3' || fail "the launch lock: $(part lock)"
part lock | grep -q 'waits for another homenode that launches' || fail "the launch lock: $(part lock)"
part lock | grep -q 'homenode: stopped by a signal' || fail "the launch lock: $(part lock)"
[ "$(part alive | grep '^alive ' | tr '\n' ' ')" = "alive Domain-0 alive foreign alive live " ] ||
	fail "beside a run that lives: $(part alive)"

# who is on the host, seen three times; looking takes no more than 1 % of a CPU
part watch | grep -q '^foreign xen-pvh ours 0 vcpus 1 runs on 7 told  home 7 at home [0-9]* drift 0 most 134217728$' ||
	fail "the other domain is not seen as it is: $(part watch)"
part watch | grep -q '^live xen-pvh ours 1 vcpus 1 runs on [0-7] told  home [0-7] at home 1000000 drift 0 ' ||
	fail "the zone of the run is not seen as it is: $(part watch)"
part watch | grep -qx 3 || fail "dom0: $(part watch)"
part watch | awk -F, '/^20/ { n++; if ($4 <= 0 || $5 <= 0) bad = 1 } END { exit bad || n != 3 }' ||
	fail "what looking took: $(part watch)"
"$HOMENODE" watch "$work/rig/files/watch.jsonl" --format jsonl >"$work/replay" 2>"$work/err" || fail "the recording: $(cat "$work/err")"
[ "$(wc -l <"$work/replay")" -eq 3 ] || fail "the recording: $(cat "$work/replay")"

# each zone wholly on a node of its own, whoever was quicker
for who in one two; do
	zones=$work/rig/files/$who.csv
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
		{ split($column["pages_by_node"], on, ":"); zones++ }
		$column["outcome"] != "live" || seen[on[1]]++ || on[2] < 153590 { bad = 1 }
		END { exit bad || zones != 3 }' "$zones" || fail "two runs at once: $(cat "$zones")"
done
part together | grep 'is planned anew' || echo "no race was lost this time"
part together | grep -qx 'foreign answers: still [0-9]* 1' || fail "the other domain: $(part together)"

# what zones were told: nodes, distances, packages, caches
grep -q '^ok: the guest believes its plan' "$work/out" || fail "no guest's report was compared"

# zones among neighbours: points of the two that are honest, but for those that the liar was to work
# beside, and he is alone on no node that is told beforehand; of the liar nothing but why
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
	{ found = $column["point_ps"] $column["point_bytes_per_s"] != ""; points++ }
	{ why = $0 ~ /guest.s (answer|load)/; bad += found == why }
	$column["name"] == "liar" && found { bad++ }
	$column["name"] != "liar" && found { good++ }
	$column["name"] != "liar" && !found { beside++ }
	END { exit bad || points != 24 || good < 8 || good + beside != 16 }' "$work/rig/files/contention.csv" ||
	fail "zones under load: $(cat "$work/rig/files/contention.csv")"
run 0 run tests/xen/recorded/contention.json --host "$work/rig/files/xen.xml" --no-cost --contention \
	--levels 100 --replay "$work/rig/files/contention.record" --output "$work/again"
diff "$work/rig/files/contention.csv" "$work/again/contention.csv" || fail "the replay is another run"

# the run that was recorded, once more without Xen
run 0 run tests/xen/recorded/recorded.json --host "$work/rig/files/xen.xml" --no-cost --zones --probe \
	--replay "$work/rig/files/run.record" --output "$work/replayed"
diff "$work/rig/files/zones.csv" "$work/replayed/zones.csv" || fail "the replay is another run"
[ -z "${HOMENODE_KEEP_RECORD:-}" ] || {
	(cd "$work/rig/files" && cp xen.xml run.record zones.csv contention.record contention.csv \
		"$OLDPWD/tests/xen/recorded/")
}
finish
